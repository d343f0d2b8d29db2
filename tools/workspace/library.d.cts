import type { Tree } from '@nx/devkit';

export interface LibraryOptions {
  readonly wing: string;
  readonly name: string;
  readonly purpose?: string;
}

export function addLibrary(tree: Tree, options: LibraryOptions): string;
