export { compact } from './compact.js'
export { compactChunks } from './compact-chunks.js'
export { cutHistory } from './cut-history.js'
export { fold, foldBatch } from './fold.js'
export { indexAfter } from './index-after.js'
export {
  initialRunState,
  type RunState,
  type RunStatus,
  type StepState,
  type StepStatus,
  type Texts,
  type Usage,
} from './run-state.js'
export { type StepNode, stepTree } from './step-tree.js'
export { addUsage, usageFromWire, usageToWire } from './usage.js'
