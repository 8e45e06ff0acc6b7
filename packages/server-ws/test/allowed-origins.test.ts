import { describe, expect, it } from 'vitest'
import { checkOrigins } from '../src/allowed-origins.js'

describe('checkOrigins', () => {
  it.each([
    [undefined],
    ['*'],
    [[]],
    [['https://app.example.com', 'http://localhost:3000', 'chrome-extension://abcdef', 'capacitor://localhost']],
  ])('takes %j', (allowed) => {
    expect(() => checkOrigins(allowed)).not.toThrow()
  })

  it.each([
    ['https://app.example.com', 'For one origin: allowedOrigins: ["https://app.example.com"]'],
    [['https://app.example.com/'], 'Browsers send "https://app.example.com"'],
    [['https://app.example.com/path'], 'without a path'],
    [['HTTPS://App.example.com:443'], 'Browsers send "https://app.example.com"'],
    [['app.example.com'], 'got "app.example.com"'],
    [['null'], 'got "null"'],
    [['*'], 'got "*"'],
    [[7], 'got 7'],
    [/example/, "an array of origins or '*'"],
  ])('refuses %j, and says what to write', (allowed, message) => {
    expect(() => checkOrigins(allowed)).toThrow(message)
  })
})
