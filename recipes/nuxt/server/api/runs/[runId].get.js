export default defineEventHandler((event) =>
  $fetch(`${useRuntimeConfig(event).public.chainServer}/runs/${getRouterParam(event, 'runId')}`),
)
