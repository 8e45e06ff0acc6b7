export default defineEventHandler((event) =>
  $fetch(`${useRuntimeConfig(event).public.chainServer}/runs`, { method: 'POST', responseType: 'text' }),
)
