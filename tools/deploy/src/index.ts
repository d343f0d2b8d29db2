/**
 * Makes and checks what `deploy/`, `docker/` and `.github/` hold: the registry of services, charts, infrastructure,
 * monitoring, images, pipeline, cost. May run programs of its toolbox and knows the code only by what it exports for the
 * reference pages. Start with `registry/registry`, then `toolbox/toolbox`.
 */
export * from './registry/registry';
export * from './registry/schema';
export { findTool, needTool, ToolMissing, type ToolName } from './toolbox/toolbox';
