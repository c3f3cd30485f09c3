// Shows handshakes as they happen, message by message.
//
//   npm run demo                our client against Node's https (OpenSSL), then `openssl s_client`
//                               against our server, with certificates made on the fly
//   npm run demo -- HOST:PORT   our client against any HTTPS server, verified against the
//                               authorities that Node trusts
//
// Exits with 1 when anything failed.
import { authority } from './demo/authority.mjs'
import { showClient } from './demo/client.mjs'
import { startHttps } from './demo/https.mjs'
import { showServer } from './demo/server.mjs'

const target = process.argv[2]
process.exitCode = await (target === undefined ? both() : other(target))

async function both() {
  const { ca, issue } = authority()
  const server = await startHttps(issue('localhost'))
  const failures = []
  await attempt('Our client, a server of another make: Node’s https (OpenSSL)', failures, () =>
    showClient({ host: '127.0.0.1', port: server.port, serverName: 'localhost', ca }),
  )
  await server.close()
  await attempt('A client of another make, our server', failures, () =>
    showServer({ ...issue('localhost'), ca }),
  )
  return conclude(failures)
}

async function other(text) {
  const failures = []
  await attempt(`Our client, ${text}`, failures, () => showClient(parseTarget(text)))
  return conclude(failures)
}

async function attempt(title, failures, show) {
  console.log(`\n${title}\n${'─'.repeat(title.length)}\n`)
  try {
    await show()
  } catch (error) {
    failures.push(title)
    const code = error.code === undefined ? '' : ` [${error.code}]`
    console.log(`\n  FAILED${code}: ${error.message}`)
    for (let { cause } = error; cause !== undefined; { cause } = cause) {
      console.log(`    because: ${cause.message ?? cause}`)
    }
  }
}

function conclude(failures) {
  console.log(failures.length === 0 ? '\nAll done.' : `\n${failures.length} failed.`)
  return failures.length === 0 ? 0 : 1
}

/** A host with or without a port, or an https address. */
function parseTarget(text) {
  const url = new URL(text.includes('://') ? text : `https://${text}`)
  if (url.protocol !== 'https:') throw new TypeError(`${text} is no HTTPS server.`)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return { host, port: Number(url.port || 443), path: `${url.pathname}${url.search}` }
}
