/** Cases in which both roles of ours do the same. */
import type { TlsConnection } from '@sanstls/transport-node'
import * as assert from 'uvu/assert'
import { authority, identity, serverName } from './authority.js'
import type { Case, Setting } from './live.js'
import { type ClientChanges, dial, type ServerChanges, serve } from './ours.js'
import type { Feature, PeerEnd, PeerOptions } from './peer.js'
import type { Scope } from './scope.js'
import { faultOf } from './watch.js'

export type Changes = Omit<ClientChanges, 'tickets'> & ServerChanges

interface Common {
  readonly area: string
  readonly item: string
  /** What the peer must be able to do, in its role. */
  readonly needs?: readonly Feature[]
  /** Our options; made for each run. */
  readonly ours?: (role: Case['ours']) => Changes
  /** The peer's, beside its certificate or whom it trusts. */
  readonly theirs?: PeerOptions
}

interface Established extends Common {
  run(ours: TlsConnection, theirs: PeerEnd, role: Case['ours']): Promise<void>
}

/** A case for each role, which begins with an established connection. */
export function both(setting: Setting, about: Established): readonly Case[] {
  return inRoles(setting, about, async (scope, role) => {
    if (role === 'client') {
      const { theirs, connect } = await ourClient(scope, setting, about)
      await about.run(await connect(), theirs, role)
    } else {
      const { theirs, accept } = await ourServer(scope, setting, about)
      await about.run(await accept(), theirs, role)
    }
  })
}

interface Refused extends Common {
  /** Ours; undefined where it is the peer who refuses. */
  readonly code: string | undefined
  readonly alert: number | readonly number[]
}

/** A case for each role, in which no connection comes about: one side refuses it, and the other is told by an alert. */
export function refusedByEither(setting: Setting, about: Refused): readonly Case[] {
  const { code = 'alertReceived', alert } = about
  const alerts = typeof alert === 'number' ? [alert] : alert
  return inRoles(setting, about, async (scope, role) => {
    const { theirs, connecting } = await failing(scope, setting, about, role)
    const fault = await faultOf(connecting)
    assert.is(fault.code, code, fault.message)
    assert.ok(alerts.includes(fault.alert ?? -1), `alert ${fault.alert}`)
    if (code !== 'alertReceived') await theirs.says(setting.peer.alert(fault.alert ?? -1))
  })
}

async function failing(
  scope: Scope,
  setting: Setting,
  about: Common,
  role: Case['ours'],
): Promise<{ readonly theirs: PeerEnd; readonly connecting: Promise<unknown> }> {
  if (role === 'server') {
    const { theirs, accept } = await ourServer(scope, setting, about)
    return { theirs, connecting: accept().then((ours) => ours.read()) }
  }
  const { theirs, connect } = await ourClient(scope, setting, about)
  return { theirs, connecting: connect().then((ours) => ours.read()) }
}

function inRoles(
  { peer }: Setting,
  { area, item, needs = [] }: Common,
  run: (scope: Scope, role: Case['ours']) => Promise<void>,
): readonly Case[] {
  return (['client', 'server'] as const).flatMap((ours): readonly Case[] => {
    const { features } = peer[ours === 'client' ? 'server' : 'client']
    if (!needs.every((need) => features.has(need))) return []
    return [{ area, item, ours, run: (scope) => run(scope, ours) }]
  })
}

async function ourClient(
  scope: Scope,
  { peer, crypto }: Setting,
  { ours = () => ({}), theirs: options }: Common,
) {
  const theirs = await peer.serve(scope, { identity: identity(), ...options })
  // A client has no use for a server's options, and says so.
  const changes = ours('client') as ClientChanges
  return { theirs, connect: () => dial(scope, theirs.port, crypto, changes) }
}

async function ourServer(
  scope: Scope,
  { peer, crypto }: Setting,
  { ours = () => ({}), theirs: options }: Common,
) {
  const server = await serve(scope, crypto, ours('server'))
  const theirs = peer.connect(scope, server.port, { trust: authority, serverName, ...options })
  return { theirs, accept: () => server.accept() }
}
