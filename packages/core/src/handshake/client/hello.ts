export interface ClientVersion {
  readonly placeholder?: never
}
