import { describe, expect, it } from 'vitest'
import { echoesNewLinks } from '../../../lib/links/echoes-new-links.ts'

describe('echoesNewLinks', () => {
  it.each([
    ['2.6.78', false],
    ['4.19.0-27-amd64', false],
    ['5.15.167.4-microsoft-standard-WSL2', false],
    ['6.1.0-32-amd64', false],
    ['6.2-rc1', true],
    ['6.2.0', true],
    ['6.12.57+deb13-amd64', true],
    ['7.0.0', true],
    ['something else', false],
  ])('says of Linux %s: %s', (release, echoes) => {
    expect(echoesNewLinks(release)).toBe(echoes)
  })
})
