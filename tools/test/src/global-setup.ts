import { makeFolder, removeAbandoned } from './test-postgres';

export default async function globalSetup(): Promise<void> {
  await removeAbandoned();
  process.env['TEST_POSTGRES_FOLDER'] = makeFolder();
}
