// The servers that can be brought up, in the order in which they are reported.
import { influx } from './influx.mjs';
import { kafka } from './kafka.mjs';
import { postgres } from './postgres.mjs';
import { prometheus } from './prometheus.mjs';
import { redis } from './redis.mjs';

/**
 * Where one server keeps everything, and what it is given.
 *
 * @typedef {object} Place
 * @property {string} path its folder
 * @property {string} log the file with its output
 * @property {string} process the file that names its process
 * @property {Record<string, number>} ports by the names of {@link Server.ports}
 * @property {Record<string, string>} secrets those of the data folder
 * @property {Record<string, string>} [services] addresses of the services to watch, by name
 * @property {(line: string) => void} say reports progress
 */

/**
 * @typedef {object} Server
 * @property {string} name
 * @property {Record<string, number>} ports its ports, when nobody else has them
 * @property {() => string[]} programs what it needs of the system
 * @property {() => string | undefined} [absence] why it cannot be had here, where that is no error
 * @property {(place: Place) => void} [configure] what every `up` sets anew, also on a server that runs
 * @property {(place: Place) => Promise<number>} start makes its data at first; returns the process number
 * @property {(place: Place) => number | undefined} [find] a running one of whose start nothing is noted
 * @property {(place: Place) => Promise<boolean>} answers whether it serves clients
 * @property {(place: Place) => Promise<void>} [prepare] what only a server that answers can be told
 * @property {(place: Place) => object} describe what clients need to know
 * @property {string} [stopSignal] what makes it end in order, SIGTERM by default
 * @property {(place: Place, outcome: string) => void} [stopped] what is to be done after it ended
 * @property {(place: Place) => Promise<void>} [remove] removes what it keeps outside its folder
 */

/** @type {readonly Server[]} */
export const SERVERS = [kafka, postgres, redis, influx, prometheus];
