import { noble } from '@sanstls/core/noble'
import { go } from './peers/go.js'
import { allCases } from './support/all.js'
import { runLive } from './support/live.js'

runLive(go, [noble], ...allCases)
