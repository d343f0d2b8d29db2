import { ObjectStoreError, type ObjectStore } from '@trading/platform-object-store';
import { type ModelFiles, sha256Hex } from '@trading/trading-models';
import { ResearchError } from './errors';

/** The keys of a version's files. */
export function modelKeys(name: string, version: string): Readonly<Record<keyof ModelFiles, string>> {
  const folder = `${name}/${version}`;
  return { onnx: `${folder}/model.onnx`, golden: `${folder}/golden.bin`, manifest: `${folder}/manifest.json` };
}

/**
 * Stores a version once. The manifest goes last: a version without it does not exist yet.
 * @returns `unchanged` when the very same files were there before
 * @throws ResearchError `VERSION_EXISTS` when others were
 */
export async function storeModel(
  store: ObjectStore,
  name: string,
  version: string,
  files: ModelFiles,
): Promise<'written' | 'unchanged'> {
  const keys = modelKeys(name, version);
  const parts = (['onnx', 'golden', 'manifest'] as const).map((part) => ({ key: keys[part], bytes: files[part] }));
  const exists = (key: string): ResearchError =>
    new ResearchError(
      'VERSION_EXISTS',
      `${key} is stored already and differs; a version never changes, so name another.`,
    );

  const missing: typeof parts = [];
  for (const part of parts) {
    const head = await store.head(part.key);
    if (!head) missing.push(part);
    else if (head.sha256 !== sha256Hex(part.bytes)) throw exists(part.key);
  }
  for (const { key, bytes } of missing) {
    await store.put(key, bytes, { ifAbsent: true }).catch((error: unknown) => {
      throw error instanceof ObjectStoreError && error.code === 'OBJECT_EXISTS' ? exists(key) : error;
    });
  }
  return missing.length === 0 ? 'unchanged' : 'written';
}
