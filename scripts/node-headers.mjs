import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/**
 * Options for node-gyp. Most ways to install Node bring its headers along, beside the program: then nothing needs to be fetched.
 * @returns {string[]} empty where somebody has said already which headers to take, or those are of another version
 */
export function headerOptions() {
  if (process.env.npm_config_nodedir || process.env.npm_package_config_node_gyp_nodedir) return []
  const folder = resolve(dirname(process.execPath), '..')
  return isComplete(join(folder, 'include', 'node')) ? [`--nodedir=${folder}`] : []
}

function isComplete(headers) {
  const files = ['node_api.h', 'common.gypi', 'config.gypi'].map(name => join(headers, name))
  return files.every(existsSync) && versionOf(join(headers, 'node_version.h')) === process.versions.node
}

function versionOf(file) {
  if (!existsSync(file)) return undefined
  const text = readFileSync(file, 'utf8')
  return ['MAJOR', 'MINOR', 'PATCH'].map(part => new RegExp(`define NODE_${part}_VERSION (\\d+)`).exec(text)?.[1]).join('.')
}
