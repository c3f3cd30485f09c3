import { noble } from '@sanstls/core/noble'
import { gnutls } from './peers/gnutls.js'
import { allCases } from './support/all.js'
import { runLive } from './support/live.js'

runLive(gnutls, [noble], ...allCases)
