// No checker of templates runs on this TypeScript yet: single-file components are thin, and what they do stands in modules that are checked.
declare module '*.vue' {
  import type { Component } from 'vue'

  const component: Component
  export default component
}
