import { removeFolder } from './test-postgres';

export default async function globalTeardown(): Promise<void> {
  const folder = process.env['TEST_POSTGRES_FOLDER'];
  if (folder !== undefined) await removeFolder(folder);
}
