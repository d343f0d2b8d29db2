import { SERVICE_NAMES } from '../registry/schema';

/** A program that gets an image. */
export interface ImageApp {
  /** What it starts, below `dist`; the first is the image's program. */
  readonly entries: readonly string[];
  /** Files and folders that it reads by a path of its own, from the workspace's root. */
  readonly reads: readonly string[];
}

const mainOf = (name: string): string => `apps/${name}/src/main.js`;
const alone = (name: string): ImageApp => ({ entries: [mainOf(name)], reads: [] });

/**
 * Programs by the names of their images. `standalone` brings no PostgreSQL: a container takes `DATABASE_URL`, because the
 * embedded server wants a user and a folder of its own.
 */
export const IMAGE_APPS: Readonly<Record<string, ImageApp>> = {
  ...Object.fromEntries(SERVICE_NAMES.map((name) => [name, alone(name)] as const)),
  'terminal-simulator': alone('terminal-simulator'),
  trade: alone('trade'),
  standalone: {
    entries: [mainOf('standalone'), mainOf('terminal-simulator')],
    reads: ['apps/standalone/models', 'node_modules/vega-datasets/data/sp500-2000.csv'],
  },
};

/** Packages that a program asks for by a name which it computes, and where they are missing goes without. */
export const UNUSED_PACKAGES: readonly string[] = ['@nestjs/websockets', '@nestjs/testing', '@swc/core', 'typescript'];
