import { noble } from '@sanstls/core/noble'
import { openssl } from './peers/openssl.js'
import { allCases } from './support/all.js'
import { runLive } from './support/live.js'

runLive(openssl, [noble], ...allCases)
