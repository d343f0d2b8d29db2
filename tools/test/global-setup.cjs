// Gives the run a folder for the embedded PostgreSQL of its specs. The first spec that asks for a database starts the
// server there (createTestDatabase of platform-database), so runs that need none do not pay for it.
const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

module.exports = async () => {
  process.env.TEST_POSTGRES_FOLDER = mkdtempSync(join(tmpdir(), `trading-test-${process.pid}-`));
};
