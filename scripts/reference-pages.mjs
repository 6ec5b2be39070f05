// The text of docs/reference/*.md: every option, from the rows of the tables and their doc comments.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

const NOTE = '<!-- Written by scripts/generate-reference.mjs from the rows in lib/. Do not edit. -->\n\n'

/**
 * @param {string} lib the folder with the sources, for the doc comments
 * @param {(module: string) => Promise<any>} load gives a module of the library, such as `links/kinds`
 * @returns {Promise<Map<string, string>>} the text of each page by the name of its file
 */
export async function referencePages(lib, load) {
  const { linkTable } = await load('links/link-table')
  const { linkAttributes } = await load('links/attributes')
  const { linkKinds, portKinds } = await load('links/kinds')
  const { addressTable } = await load('addresses/address-table')
  const { routeTable } = await load('routes/route-table')
  const { ruleTable } = await load('rules/rule-table')
  const { neighborTable } = await load('neighbors/neighbor-table')
  const { neighborTableTable } = await load('neighbor-tables/table')
  const { fdbTable } = await load('fdb/fdb-table')
  const { nexthopTable, bucketTable } = await load('nexthops/nexthop-table')
  const { mdbTable, routerPortTable } = await load('mdb/mdb-table')
  const { lookupTable } = await load('routes/lookup')
  const { deviceTable: macsecTable } = await load('macsec/tables')
  const { deviceTable: wireguardTable } = await load('wireguard/device')
  const { fouTable } = await load('fou/fou-table')
  const ethtool = await load('ethtool/tables')
  const { optionTable } = await load('team/option-rows')
  const { teamPortState } = await load('team/messages')
  const { bridgeVlanTable } = await load('bridge-vlans/bridge-vlan-table')
  const { vniTable } = await load('vnis/vni-table')
  const { declaredShapes } = await load('schema/shape')
  const docs = new Docs(lib)
  const page = new Pages(docs, declaredShapes, new Map([[linkAttributes.name, 'link.md']]))
  page.add('link.md', 'Every link', LINK, [linkTable])
  for (const { kind, table } of linkKinds) page.add(`link-${kind}.md`, `Link kind \`${kind}\``, docs.of(kind), [table])
  for (const { kind, table } of portKinds) page.add(`port-${kind}.md`, `Ports of a \`${kind}\``, portIntro(kind), [table])
  page.add('address.md', 'Addresses', ADDRESS, [addressTable])
  page.add('route.md', 'Routes', ROUTE, [routeTable])
  page.add('route-lookup.md', 'Route lookups', LOOKUP, [lookupTable])
  page.add('rule.md', 'Rules', RULE, [ruleTable])
  page.add('neighbor.md', 'Neighbors', NEIGHBOR, [neighborTable])
  page.add('neighbor-table.md', 'Tables of neighbors', NEIGHBOR_TABLE, [neighborTableTable])
  page.add('fdb.md', 'Forwarding tables', FDB, [fdbTable])
  page.add('nexthop.md', 'Nexthop objects', NEXTHOP, [nexthopTable])
  page.add('nexthop-bucket.md', 'Buckets of resilient nexthop groups', NEXTHOP_BUCKET, [bucketTable])
  page.add('mdb.md', 'Multicast databases', MDB, [mdbTable])
  page.add('mdb-router-port.md', 'Ports of multicast routers', MDB_ROUTER_PORT, [routerPortTable])
  page.add('team.md', 'Options of teams', TEAM, [optionTable])
  page.add('team-ports.md', 'State of the ports of teams', TEAM_PORTS, [teamPortState])
  page.add('bridge-vlan.md', 'VLANs of bridges and their ports', BRIDGE_VLAN, [bridgeVlanTable])
  page.add('vni.md', 'Network ids of a vxlan', VNI, [vniTable])
  page.add('fou.md', 'Ports of foo over UDP', FOU, [fouTable])
  page.add('ethtool.md', 'Drivers of links', ETHTOOL, Object.values(ethtool))
  page.add('macsec.md', 'MACsec channels and keys', MACSEC, [macsecTable])
  page.add('wireguard.md', 'WireGuard devices', WIREGUARD, [wireguardTable])
  return page.finish()
}

const LINK =
  'Options of `links.add` and `links.set` that a link of any kind has, and what `links.get` and `links.list` report. The other end of a veth takes them too.'
const ADDRESS = 'Options of `addresses.add` and `addresses.replace`, and what `addresses.list` reports.'
const ROUTE =
  'Options of `routes.add`, `append`, `prepend`, `replace` and `change`, and what `routes.get` and `routes.list` report.'
const BRIDGE_VLAN =
  'Options of `bridgeVlans.add`, `set` and `delete`, and what `bridgeVlans.list` reports: one VLAN of one link, or a range of VLANs that are alike.'
const LOOKUP = 'Options of `routes.get`: what the kernel is asked about a packet. It answers with a [route](route.md).'
const RULE = 'Options of `rules.add` and `rules.delete`, and what `rules.list` reports.'
const NEIGHBOR = 'Options of `neighbors.add`, `replace` and `change`, and what `neighbors.get` and `neighbors.list` report.'
const NEIGHBOR_TABLE = 'Options of `neighborTables.set`, and what `neighborTables.list` reports.'
const FDB = 'Options of `fdb.add`, `append`, `replace` and `delete`, and what `fdb.get` and `fdb.list` report.'
const NEXTHOP = 'Options of `nexthops.add` and `replace`, and what `nexthops.get` and `nexthops.list` report.'
const NEXTHOP_BUCKET = 'What `nexthops.listBuckets` and `nexthops.getBucket` report.'
const MDB = 'Options of `mdb.add`, `replace` and `delete`, and what `mdb.get` and `mdb.list` report.'
const MDB_ROUTER_PORT = 'What `mdb.listRouterPorts` reports.'
const TEAM =
  'Options of `team.setOptions`, and what `team.options` reports. The driver knows them by name, which stands in the second column.'
const TEAM_PORTS = 'What `team.ports` reports.'
const VNI = 'Options of `vnis.add`, and what `vnis.list` reports.'
const FOU = 'Options of `fou.add`, and what `fou.list` and `fou.get` report.'
const ETHTOOL =
  'What `ethtool.getLinkState`, `getFeatures`, `getSettings` (two tables), `getPrivateFlags`, `getRings`, `getChannels`, `getCoalescing`, `getPause`, `getFec`, `getEee` and `getWakeOnLan` report, and their `set…` take: a table each.'
const MACSEC =
  'What `macsec.get` and `macsec.list` report; `channel` and `association` have the options of `receiveChannels`, `transmitAssociations` and `receiveAssociations`.'
const WIREGUARD =
  'What `wireguard.get` reports, and what `wireguard.set` writes; in place of `flags`, that takes booleans: `replacePeers`, and of a peer `remove`, `updateOnly` and `replaceAllowedIps`.'
const portIntro = kind =>
  `Options under \`port\`, with \`kind: '${kind}'\`, of a link whose master is a ${kind}, and what is reported there.`

const HEADINGS = ['option', 'kernel', 'wire form', 'access', 'values', 'what it is']

const ACCESS = {
  readWrite: '',
  required: 'required on creation',
  fixed: 'required, on creation only',
  create: 'on creation only',
  writeOnly: 'never reported',
  readOnly: 'read-only',
}

/** The pages written so far, and the tables that they still owe. */
class Pages {
  #docs
  #shapes
  /** @type {Map<string, string>} page of each table that has one already, by the table's name */
  #places
  /** @type {Map<string, string>} */
  #pages = new Map()
  /** @type {{ file: string, title: string }[]} */
  #index = []

  constructor(docs, shapes, places) {
    this.#docs = docs
    this.#shapes = shapes
    this.#places = places
  }

  add(file, title, intro, tables) {
    this.#index.push({ file, title })
    const several = tables.length > 1
    const sections = tables.map(table => `${several ? `${this.#docs.of(table.name)}\n\n` : ''}${this.#section(table, file)}`)
    this.#pages.set(file, `${NOTE}# ${title}\n\n${intro}\n\n${sections.join('\n')}`)
  }

  finish() {
    const lines = this.#index.map(({ file, title }) => `- [${title}](${file})\n`)
    return this.#pages.set('README.md', `${NOTE}# Reference of all options\n\n${LEGEND}\n${lines.join('')}`)
  }

  /** The rows of a table, then those of the tables nested in it. */
  #section(table, file, path = '') {
    if (!this.#places.has(table.name)) this.#places.set(table.name, file)
    const docs = this.#docs.rowsOf(table.name)
    const below = []
    const lines = []
    for (const [key, field] of Object.entries(table.rows)) {
      if (key.startsWith('$')) continue
      lines.push(row([`\`${key}\``, kernel(field), this.#wire(field), access(field), values(field), docs.get(key) ?? '']))
      const { nested, suffix } = tableBelow(field)
      if (nested === undefined) continue
      const place = this.#places.get(nested.name)
      const name = `${path}${key}${suffix}`
      if (place === undefined) below.push(`\n## \`${name}\`\n\n${this.#section(nested, file, `${name}.`)}`)
      else lines.push(row([`\`${key}.…\``, '', '', '', '', `see [${place}](${place})`]))
    }
    return `${row(HEADINGS)}${row(HEADINGS.map(() => '---'))}${lines.join('')}${below.join('')}`
  }

  #wire({ wire }) {
    const struct = /^(.*)struct (\w+)$/.exec(wire)
    const keys = struct === null ? undefined : this.#shapes.get(struct[2])
    return keys === undefined ? wire : `${struct?.[1]}struct { ${keys.filter(key => key !== 'extra').join(', ')} }`
  }
}

/** Rows of a nest, or of each nest of a list. What is written as a nest and given as something else has none to show. */
function tableBelow({ nested }) {
  const element = nested?.rows.element
  if (element === undefined) return { nested, suffix: '' }
  return { nested: element.wire === 'nest' ? element.nested : undefined, suffix: '[]' }
}

function kernel({ place, number, constant, twins }) {
  if (place === 'attribute') return [{ number, constant }, ...twins].map(twin => `\`${twin.constant}\` ${twin.number}`).join(', ')
  return `\`${constant}\``
}

function access({ access, afterCreation }) {
  return [ACCESS[access], afterCreation ? 'sent right after creation' : ''].filter(text => text !== '').join(', ')
}

function values({ access, allowed, unit }) {
  // Of what is only read, the range of its wire form says nothing.
  const shown = access === 'readOnly' && /^-?\d+…\d+$/.test(allowed ?? '') ? undefined : allowed
  return [shown, unit].filter(text => text !== undefined).join(' ')
}

function row(cells) {
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |\n`
}

const LEGEND = `One page for each table of the library; an option is one row. Beside it stand the kernel's constant and number, the form that it has in a message, who may
set it, and the values that it takes. The types of TypeScript come from the same rows.

- *be16*, *be32* are numbers in network byte order, other numbers have the machine's; *flag* is an attribute without a payload, *nest* one with attributes of its own.
- Without a word under *access*, an option can be given on creation and in changes, and is reported.
- *sent right after creation* means a message of its own, which \`add\` sends behind the first: the kernel does not take it earlier.
- What the kernel reports and no row knows is kept under \`unknown\`.
`

/** Doc comments of the rows, found by the name of their table: \`new Table('name', rows)\`, \`defineLinkKind('name', rows)\`. */
class Docs {
  /** @type {ts.SourceFile[]} */
  #files
  /** @type {Map<string, ts.Expression>} rows by the name of their table */
  #tables = new Map()
  /** @type {Map<string, string>} doc comment of the declaration, by the name of the table */
  #declarations = new Map()
  /** @type {Map<string, ts.Expression>} initializers of constants, by name */
  #constants = new Map()
  /** @type {Map<string, ts.Expression>} what functions return, by their name: rows that several tables have */
  #returned = new Map()

  constructor(lib) {
    const names = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))
    this.#files = names
      .sort()
      .map(name => ts.createSourceFile(name, readFileSync(join(lib, name), 'utf8'), ts.ScriptTarget.Latest, true))
    for (const file of this.#files) this.#visit(file)
  }

  /** @param {ts.Node} node */
  #visit(node) {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined) {
      if (node.parent.parent.parent.kind === ts.SyntaxKind.SourceFile) this.#constants.set(node.name.text, node.initializer)
    }
    if (ts.isFunctionDeclaration(node)) this.#visitFunction(node)
    if (ts.isNewExpression(node) || ts.isCallExpression(node)) this.#declare(node)
    ts.forEachChild(node, child => this.#visit(child))
  }

  /** @param {ts.FunctionDeclaration} node */
  #visitFunction({ name, body }) {
    const result = body?.statements.find(ts.isReturnStatement)?.expression
    if (name !== undefined && result !== undefined) this.#returned.set(name.text, result)
  }

  /** @param {ts.NewExpression | ts.CallExpression} node */
  #declare(node) {
    const [name, rows] = node.arguments ?? []
    if (name === undefined || rows === undefined || !ts.isStringLiteral(name)) return
    const suffix = { Table: '', defineLinkKind: '', definePortKind: 'Port' }[node.expression.getText()]
    if (suffix === undefined) return
    this.#tables.set(name.text + suffix, rows)
    const statement = ts.findAncestor(node, ts.isVariableStatement)
    if (statement !== undefined) this.#declarations.set(name.text + suffix, comment(statement))
  }

  of(table) {
    return this.#declarations.get(table) ?? ''
  }

  /** @returns {Map<string, string>} doc comment of each row that has one */
  rowsOf(table) {
    return this.#read(this.#tables.get(table), new Map())
  }

  /** @param {ts.Expression | undefined} rows @param {Map<string, string>} docs */
  #read(rows, docs) {
    if (rows === undefined) return docs
    if (ts.isIdentifier(rows)) return this.#read(this.#constants.get(rows.text), docs)
    if (ts.isAsExpression(rows) || ts.isSatisfiesExpression(rows)) return this.#read(rows.expression, docs)
    if (ts.isCallExpression(rows)) return this.#read(this.#returned.get(rows.expression.getText()), docs)
    // `macvlan.table.rows`: the rows of another kind.
    if (ts.isPropertyAccessExpression(rows)) return this.#read(this.#tables.get(rows.getText().split('.')[0]), docs)
    if (!ts.isObjectLiteralExpression(rows)) return docs
    for (const property of rows.properties) {
      if (ts.isSpreadAssignment(property)) this.#read(property.expression, docs)
      else if (property.name !== undefined && comment(property) !== '')
        docs.set(property.name.getText().replace(/^['"]|['"]$/g, ''), comment(property))
    }
    return docs
  }
}

/** The text of a node's doc comment, on one line. @param {ts.Node} node */
function comment(node) {
  const text = ts.getJSDocCommentsAndTags(node).map(doc => ts.getTextOfJSDocComment(doc.comment) ?? '')
  return text.join(' ').replaceAll(/\s+/g, ' ').trim()
}
