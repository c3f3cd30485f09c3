export interface ServerVersion {
  readonly placeholder?: never
}
