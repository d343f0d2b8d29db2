import type { terminal } from '@trading/contracts';

/** How the comment of an order is changed by the broker. */
export type CommentChange = 'rewrite' | 'truncate';

/** Characters that a broker leaves of a comment. */
const TRUNCATED_LENGTH = 6;
/** Added to a ticket that the broker changes: beyond every ticket that it counts. */
const TICKET_SHIFT = 900_000_000;

/**
 * What the terminal knows of orders and what the broker changed of them: whose order a ticket is, as far as the journal
 * and the answers of the broker tell, and under which ticket and comment the broker shows it.
 */
export class ToldOrders {
  /** Orders whose final word is still due. */
  private readonly awaited = new Map<string, { readonly attempt: number; readonly volume: string }>();
  private readonly ours = new Map<string, terminal.OrderSubmit>();
  /** By ours, the id under which the broker has an order that is not the submitted one itself. */
  private readonly real = new Map<string, { readonly coid: string; readonly order: string }>();
  private readonly comments = new Map<string, CommentChange>();
  private readonly changed = new Set<string>();
  private readonly coidsOfMagic = new Map<string, string[]>();
  private readonly unknown = new Set<string>();

  constructor(private readonly platform: 'MT4' | 'MT5') {}

  /** The terminal has a command in its journal. */
  remember(order: terminal.OrderSubmit): void {
    this.ours.set(order.coid, order);
    const same = this.coidsOfMagic.get(order.magic) ?? [];
    this.coidsOfMagic.set(order.magic, [...same, order.coid]);
  }

  /** The journal is gone; what the broker changed stays. */
  forget(): void {
    this.ours.clear();
    this.awaited.clear();
    this.coidsOfMagic.clear();
    this.unknown.clear();
  }

  /** Whether an order of ours rests at the broker until its price comes. */
  isPending(coid: string): boolean {
    return (this.ours.get(coid)?.type ?? 'MARKET') !== 'MARKET';
  }

  /** The next thing that happens to the order is its result. */
  await(coid: string, attempt: number, volume: string): void {
    this.awaited.set(coid, { attempt, volume });
  }

  /** Takes the order's turn to have its result told; undefined when it was told, or nobody waits for it. */
  takeAwaited(coid: string): { readonly attempt: number; readonly volume: string } | undefined {
    const awaited = this.awaited.get(coid);
    this.awaited.delete(coid);
    return awaited;
  }

  /** The terminal never got the broker's answer: it knows the order only by what it carries. */
  doubt(coid: string): void {
    this.unknown.add(coid);
  }

  changeTicket(coid: string): void {
    this.changed.add(coid);
  }

  changeComment(coid: string, how: CommentChange): void {
    this.comments.set(coid, how);
  }

  /** The broker has an order under another id than the submitted one, yet shows it as that one. */
  stand(brokerCoid: string, coid: string, orderTicket: string): void {
    this.real.set(brokerCoid, { coid, order: orderTicket });
  }

  /** Whether an order of the broker only stands for another one. */
  isStandIn(brokerCoid: string): boolean {
    return this.real.has(brokerCoid);
  }

  orderTicket(brokerCoid: string, ticket: string): string {
    const stands = this.real.get(brokerCoid);
    const shown = stands?.order ?? ticket;
    if (shown === '' || !this.changed.has(stands?.coid ?? brokerCoid)) return shown;
    return String(Number(shown) + TICKET_SHIFT);
  }

  /** The ticket with which the broker answers: a changed one is seen only afterwards. */
  answeredTicket(brokerCoid: string, brokerTicket: string, told: string): string {
    return this.changed.has(brokerCoid) ? brokerTicket : told;
  }

  /** The broker's own ticket of one that was told. */
  brokerTicket(told: string): string {
    const number = Number(told);
    return number > TICKET_SHIFT && number < 2 * TICKET_SHIFT ? String(number - TICKET_SHIFT) : told;
  }

  tag(brokerCoid: string, tag: string): string {
    const coid = this.real.get(brokerCoid)?.coid ?? brokerCoid;
    switch (this.comments.get(coid)) {
      case 'rewrite':
        return '[broker]';
      case 'truncate':
        return tag.slice(0, TRUNCATED_LENGTH);
      case undefined:
        return tag;
    }
  }

  /** The client order id of an order of the broker, if the terminal got the broker's answer to it; else empty. */
  answeredCoid(brokerCoid: string): string {
    const coid = this.real.get(brokerCoid)?.coid ?? brokerCoid;
    return this.ours.has(coid) && !this.unknown.has(coid) ? coid : '';
  }

  /** The client order id that the terminal can tell of an order of the broker; empty when it cannot. */
  coid(brokerCoid: string, magic: string, tag: string): string {
    const answered = this.answeredCoid(brokerCoid);
    if (answered !== '') return answered;
    const coid = this.real.get(brokerCoid)?.coid ?? brokerCoid;
    const order = this.ours.get(coid);
    if (!order) return '';
    if (this.platform === 'MT4') return this.coidsOfMagic.get(magic)?.length === 1 ? coid : '';
    return order.tag !== '' && this.tag(brokerCoid, tag) === order.tag ? coid : '';
  }
}
