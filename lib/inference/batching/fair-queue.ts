import type { Part, QueuedRequest } from './request.js'
import type { ShapeGroup } from './shapes.js'

/** Requests of one client and one shape, oldest first: linked, so that any of them leaves at no cost. */
export class RequestList {
  first: QueuedRequest | null = null
  last: QueuedRequest | null = null

  constructor(
    readonly client: ClientQueue,
    readonly group: ShapeGroup,
  ) {}

  push(request: QueuedRequest): void {
    request.list = this
    request.previous = this.last
    if (this.last) this.last.next = request
    else this.first = request
    this.last = request
  }

  remove(request: QueuedRequest): void {
    if (request.previous) request.previous.next = request.next
    else this.first = request.next
    if (request.next) request.next.previous = request.previous
    else this.last = request.previous
    request.list = request.previous = request.next = null
  }
}

/** Rounds of credit that a client without requests keeps, so that it may send a few at once after a pause. */
const BURST_ROUNDS = 4

/** What one client has waiting at one level. */
class ClientQueue {
  readonly lists: RequestList[] = []
  requests = 0
  rows = 0
  /** Rows that it may send before the others have their turn; below zero after a request larger than that. */
  credit: number
  /** The round in which it had nothing left to send. */
  leftAt = 0

  constructor(
    readonly level: Level,
    readonly name: string,
    readonly weight: number,
  ) {
    this.credit = BURST_ROUNDS * weight
  }

  list(group: ShapeGroup): RequestList | undefined {
    for (const list of this.lists) if (list.group === group) return list
    return undefined
  }
}

/** Clients that are kept while they have nothing waiting. */
const KEPT_CLIENTS = 256

/**
 * The clients of one priority: deficit round robin by rows. A large request is paid off over the following rounds, and
 * rounds that a client sits out count for it up to a small burst.
 */
class Level {
  readonly ring: ClientQueue[] = []
  readonly #clients = new Map<string, ClientQueue>()
  #turn = 0
  #round = 0

  client(name: string): ClientQueue | undefined {
    return this.#clients.get(name)
  }

  enter(name: string, weight: (name: string) => number): ClientQueue {
    let client = this.#clients.get(name)
    if (!client) {
      client = new ClientQueue(this, name, weight(name))
      this.#clients.set(name, client)
    }
    if (client.requests === 0) {
      const missed = (this.#round - client.leftAt) * client.weight
      client.credit = Math.min(BURST_ROUNDS * client.weight, client.credit + missed)
      this.ring.push(client)
    }
    return client
  }

  leave(client: ClientQueue): void {
    const index = this.ring.indexOf(client)
    this.ring.splice(index, 1)
    if (index < this.#turn) this.#turn--
    client.leftAt = this.#round
    if (this.#clients.size > KEPT_CLIENTS) this.#clients.delete(client.name)
  }

  /** The client whose turn it is among those wanted; null where none is. */
  next(wanted: (client: ClientQueue) => boolean): ClientQueue | null {
    const { ring } = this
    do {
      for (let i = 0; i < ring.length; i++) {
        const index = (this.#turn + i) % ring.length
        const client = ring[index]!
        if (client.credit <= 0 || !wanted(client)) continue
        this.#turn = index
        return client
      }
    } while (this.#replenish(wanted))
    return null
  }

  /** Takes `rows` off the credit of the client that next() gave. */
  charge(client: ClientQueue, rows: number): void {
    client.credit -= rows
    if (client.credit <= 0) this.#turn++
  }

  /** As many rounds as it takes until one of them may send again. */
  #replenish(wanted: (client: ClientQueue) => boolean): boolean {
    let rounds = Number.POSITIVE_INFINITY
    for (const client of this.ring)
      if (wanted(client)) rounds = Math.min(rounds, Math.floor(-client.credit / client.weight) + 1)
    if (rounds === Number.POSITIVE_INFINITY) return false
    this.#round += rounds
    for (const client of this.ring) if (wanted(client)) client.credit += rounds * client.weight
    return true
  }
}

/** Waiting requests: by priority, fair among the clients of a priority, oldest first within a client and shape. */
export class FairQueue {
  requests = 0
  rows = 0
  readonly #levels: Level[]
  readonly #weight: (client: string) => number

  constructor(priorities: number, weight: (client: string) => number) {
    this.#levels = Array.from({ length: priorities }, () => new Level())
    this.#weight = weight
  }

  push(request: QueuedRequest): void {
    const client = this.#levels[request.priority]!.enter(request.client, this.#weight)
    let list = client.list(request.group)
    if (!list) {
      list = new RequestList(client, request.group)
      client.lists.push(list)
    }
    list.push(request)
    client.requests++
    this.requests++
    this.#count(client, request.group, request.waitingRows)
  }

  /** Takes a request out, with the rows that it has left. */
  remove(request: QueuedRequest): void {
    const list = request.list!
    const { client, group } = list
    list.remove(request)
    if (!list.first && client.lists.length > 1) client.lists.splice(client.lists.indexOf(list), 1)
    this.#count(client, group, -request.waitingRows)
    client.requests--
    this.requests--
    if (client.requests === 0) client.level.leave(client)
  }

  /** The shape of the request whose turn it is among those of shapes that are ready. */
  choose(ready: (group: ShapeGroup) => boolean): ShapeGroup | null {
    const waits = (list: RequestList) => list.first !== null && ready(list.group)
    for (const level of this.#levels) {
      const client = level.next(({ lists }) => lists.some(waits))
      if (!client) continue
      const oldest = client.lists.filter(waits).sort((a, b) => a.first!.arrived - b.first!.arrived)
      return oldest[0]!.group
    }
    return null
  }

  /**
   * Takes up to `rows` rows of one shape, splitting the last request where it has more.
   * @param refuse takes a request out of the queue and answers true where it should not go
   */
  take(group: ShapeGroup, rows: number, refuse: (request: QueuedRequest) => boolean): Part[] {
    const parts: Part[] = []
    const wanted = (client: ClientQueue) => Boolean(client.list(group)?.first)
    for (const level of this.#levels) {
      while (rows > 0) {
        const client = level.next(wanted)
        if (!client) break
        const request = client.list(group)!.first!
        if (refuse(request)) continue
        const taken = Math.min(rows, request.waitingRows)
        parts.push({ request, from: request.taken, rows: taken })
        rows -= taken
        level.charge(client, taken)
        request.taken += taken
        this.#count(client, group, -taken)
        if (request.waitingRows === 0) this.remove(request)
      }
    }
    return parts
  }

  /**
   * The request that should give way to one of `rows` rows: the newest, not begun, of the client that holds most at a
   * less urgent level, or at the same level if it holds more than the other would.
   */
  toDisplace(priority: number, name: string, rows: number): QueuedRequest | null {
    for (let index = this.#levels.length - 1; index >= priority; index--) {
      const level = this.#levels[index]!
      let longest: ClientQueue | null = null
      for (const client of level.ring) if (!longest || client.rows > longest.rows) longest = client
      if (!longest) continue
      if (index === priority && longest.rows <= (level.client(name)?.rows ?? 0) + rows) return null
      const newest = longest.lists
        .map((list) => list.last)
        .filter((request) => request !== null && request.taken === 0)
        .sort((a, b) => b!.arrived - a!.arrived)
      if (newest[0]) return newest[0]
    }
    return null
  }

  /** The client that holds three quarters of what waits, or more. */
  dominant(): { readonly name: string; readonly rows: number } | null {
    for (const { ring } of this.#levels) for (const client of ring) if (client.rows >= 0.75 * this.rows) return client
    return null
  }

  /** Every waiting request, in no particular order. */
  *[Symbol.iterator](): Generator<QueuedRequest> {
    for (const { ring } of this.#levels)
      for (const { lists } of ring)
        for (const list of lists) for (let request = list.first; request; request = request.next) yield request
  }

  #count(client: ClientQueue, group: ShapeGroup, rows: number): void {
    client.rows += rows
    group.waitingRows += rows
    this.rows += rows
  }
}
