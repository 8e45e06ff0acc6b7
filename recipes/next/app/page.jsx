import { redirect } from 'next/navigation'
import { chainServer } from './chain-server.js'

async function start() {
  'use server'
  const response = await fetch(`${chainServer}/runs`, { method: 'POST' })
  redirect(`/runs/${await response.text()}`)
}

export default function Home() {
  return (
    <form action={start}>
      <button type="submit">Start</button>
    </form>
  )
}
