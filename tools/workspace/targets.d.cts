export interface Target {
  readonly executor: string;
  readonly cache?: boolean;
  readonly continuous?: boolean;
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly dependsOn?: readonly string[];
  readonly options: {
    readonly command?: string;
    readonly commands?: readonly string[];
    readonly cwd: string;
    readonly parallel?: boolean;
    readonly forwardAllArgs?: boolean;
  };
}

export function targetsOf(root: string, workspaceRoot: string): Readonly<Record<string, Target>>;
