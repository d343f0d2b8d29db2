/** The embedded PostgreSQL could not be had; the message says why and what to do. */
export class EmbeddedPostgresError extends Error {
  readonly code: string = 'EMBEDDED_POSTGRES';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Another running program uses this data folder. */
export class DataFolderBusy extends EmbeddedPostgresError {
  override readonly code = 'DATA_FOLDER_BUSY';
  constructor(
    readonly folder: string,
    readonly pid: number,
  ) {
    super(`The data folder ${folder} is in use by process ${pid}. Stop that program or choose another folder.`);
  }
}

/** The port asked for belongs to another program. */
export class PortInUse extends EmbeddedPostgresError {
  override readonly code = 'PORT_IN_USE';
  constructor(readonly port: number) {
    super(`Port ${port} is in use by another program; PostgreSQL needs a free one.`);
  }
}
