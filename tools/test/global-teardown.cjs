const { rmSync } = require('node:fs');

module.exports = async () => {
  rmSync(process.env.TEST_POSTGRES_FOLDER, { recursive: true, force: true });
};
