import { gnutls } from './peers/gnutls.js'
import { runLive } from './support/all.js'

runLive(gnutls)
