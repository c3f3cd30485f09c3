import { openssl } from './peers/openssl.js'
import { runLive } from './support/all.js'

runLive(openssl)
