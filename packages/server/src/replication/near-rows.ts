/**
 * The rows near one seat's avatar. A row comes in at `radius` and goes out beyond `leave`; own rows are always in.
 *
 * Looking around the grid at every publication would be most of the cost of interest. As molecular dynamics does, a viewer
 * looks around a little further than it must, notes who is in that skin, and looks at those alone until somebody could have
 * crossed it. Source: neighbour lists, L. Verlet, Phys. Rev. 159 (1967) 98.
 */
import { IntList } from '@madang/core/codec';
import type { NearIndex } from './near-index.ts';
import { VisibleRows } from './visible-rows.ts';

/** Rows that ended in one publication beyond which it is better to look around anew than to search for each. */
const ENDED_MAX = 32;

/** Rows noted since the viewer looked around, some perhaps twice, beyond which it is better to look around anew. */
const NOTED_MAX = 1024;

export class NearRows extends VisibleRows {
  readonly #index: NearIndex;
  /** Where the avatar is, or was last; null before there was one. */
  readonly #look: () => { readonly x: number; readonly y: number } | null;
  /** Rows that are seen and could leave before the viewer looks around again. */
  readonly #edge = new IntList();
  /** Rows in the skin when the viewer last looked around, and those that arrived there since. */
  readonly #nearby = new IntList();
  #eyeX = 0;
  #eyeY = 0;
  #hasLooked = false;
  #lookedX = 0;
  #lookedY = 0;
  #lookedTravel = 0;

  constructor(index: NearIndex, seat: number, look: () => { readonly x: number; readonly y: number } | null) {
    super(index.table, seat);
    this.#index = index;
    this.#look = look;
  }

  lookAnew(): void {
    this.#hasLooked = false;
    // Own rows that are far away are found by nothing but a look at all.
    const { table } = this;
    for (let place = 1; place <= table.highestSent; place++) {
      if (table.sentId[place] !== 0 && table.sentOwnerAt(place) === this.seat) this.entering.push(place);
    }
  }

  override distanceAt(entry: number): number {
    const place = this.places[entry] ?? 0;
    const { x, y, interest } = this.#index;
    return Math.hypot((x[place] ?? 0) - this.#eyeX, (y[place] ?? 0) - this.#eyeY) / interest.radius;
  }

  refresh(number: number): void {
    this.left.clear();
    const eye = this.#look();
    if (eye === null) this.#refreshBlind();
    else this.#refreshAt(eye.x, eye.y);
    this.admit(number);
  }

  #refreshBlind(): void {
    const { table, seat } = this;
    this.retain((place) => table.sentOwnerAt(place) === seat);
    this.#lookForOwn();
  }

  /** What came in may leave before the next look around, being new here or having jumped. */
  #enter(place: number): void {
    this.entering.push(place);
    this.#edge.push(place);
  }

  #lookForOwn(): void {
    const { items, count } = this.#index.newcomers;
    for (let i = 0; i < count; i++) {
      const place = items[i] ?? 0;
      if (this.table.sentOwnerAt(place) === this.seat) this.entering.push(place);
    }
  }

  #refreshAt(eyeX: number, eyeY: number): void {
    this.#eyeX = eyeX;
    this.#eyeY = eyeY;
    const index = this.#index;
    // A row that is neither seen nor noted was further than radius + skin from where the viewer looked: for it to be within the
    // radius now, it and the viewer must have moved by more than the skin together.
    const moved = Math.sqrt((eyeX - this.#lookedX) ** 2 + (eyeY - this.#lookedY) ** 2);
    const isStale = !this.#hasLooked || index.travel - this.#lookedTravel + moved > index.skin;
    const hasMany = index.hasTooManyArrivals || index.ended.count > ENDED_MAX;
    if (isStale || hasMany || this.#nearby.count > NOTED_MAX || this.#edge.count > NOTED_MAX) {
      this.#lookAround(eyeX, eyeY);
      this.#lookForOwn();
    } else {
      this.#dropEnded();
      this.#lookAtArrivals(eyeX, eyeY);
      this.#lookAtEdge(eyeX, eyeY);
      this.#lookAtNearby(eyeX, eyeY);
    }
  }

  #lookAround(eyeX: number, eyeY: number): void {
    const index = this.#index;
    this.#hasLooked = true;
    this.#lookedX = eyeX;
    this.#lookedY = eyeY;
    this.#lookedTravel = index.travel;
    this.#retainNear(eyeX, eyeY);
    this.#nearby.clear();
    index.mark(this.places, this.count);
    index.find(this.#nearby, eyeX, eyeY, index.interest.radius + index.skin);
    this.#lookAtNearby(eyeX, eyeY);
  }

  /** As `retain`, and notes who is so near the edge that it could leave before the next look around. */
  #retainNear(eyeX: number, eyeY: number): void {
    const { places, ids, waits, table, seat } = this;
    const { x, y, interest, skin } = this.#index;
    const { sentId } = table;
    const limit = interest.leave * interest.leave;
    const inside = Math.max(0, interest.leave - skin) ** 2;
    this.#edge.clear();
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      const place = places[i] ?? 0;
      const id = ids[i] ?? 0;
      const dx = (x[place] ?? 0) - eyeX;
      const dy = (y[place] ?? 0) - eyeY;
      const distance = dx * dx + dy * dy;
      if (sentId[place] === id && (distance <= limit || table.sentOwnerAt(place) === seat)) {
        places[kept] = place;
        ids[kept] = id;
        waits[kept++] = waits[i] ?? 0;
        if (distance > inside) this.#edge.push(place);
      } else if ((waits[i] ?? 0) >= 0) this.left.push(place);
    }
    this.count = kept;
  }

  /** Drops rows that are no more, or are others now. */
  #dropEnded(): void {
    const { ended } = this.#index;
    for (let i = 0; i < ended.count; i++) this.#dropAt(this.indexOf(ended.items[i] ?? 0));
  }

  /** Drops those of the edge that have gone too far; they may come back, and are looked at as those in the skin are. */
  #lookAtEdge(eyeX: number, eyeY: number): void {
    const { x, y, interest } = this.#index;
    const { items } = this.#edge;
    const limit = interest.leave * interest.leave;
    let kept = 0;
    for (let i = 0; i < this.#edge.count; i++) {
      const place = items[i] ?? 0;
      const dx = (x[place] ?? 0) - eyeX;
      const dy = (y[place] ?? 0) - eyeY;
      if (dx * dx + dy * dy <= limit || this.table.sentOwnerAt(place) === this.seat) {
        items[kept++] = place;
        continue;
      }
      this.#dropAt(this.indexOf(place));
      this.#nearby.push(place);
    }
    this.#edge.count = kept;
  }

  #dropAt(entry: number): void {
    if (entry < 0) return;
    const { places, ids, waits, count } = this;
    if ((waits[entry] ?? 0) >= 0) this.left.push(places[entry] ?? 0);
    places.copyWithin(entry, entry + 1, count);
    ids.copyWithin(entry, entry + 1, count);
    waits.copyWithin(entry, entry + 1, count);
    this.count--;
  }

  /** Lets in those of the skin that have come near; they are in the skin no more. */
  #lookAtNearby(eyeX: number, eyeY: number): void {
    const { x, y, interest } = this.#index;
    const { sentId } = this.table;
    const { items } = this.#nearby;
    const limit = interest.radius * interest.radius;
    let kept = 0;
    for (let i = 0; i < this.#nearby.count; i++) {
      const place = items[i] ?? 0;
      const dx = (x[place] ?? 0) - eyeX;
      const dy = (y[place] ?? 0) - eyeY;
      if (sentId[place] === 0) continue;
      if (dx * dx + dy * dy <= limit) this.#enter(place);
      else items[kept++] = place;
    }
    this.#nearby.count = kept;
  }

  #lookAtArrivals(eyeX: number, eyeY: number): void {
    const { x, y, interest, skin, arrivals } = this.#index;
    const near = interest.radius ** 2;
    const reach = (interest.radius + skin) ** 2;
    for (let i = 0; i < arrivals.count; i++) {
      const place = arrivals.items[i] ?? 0;
      const toX = x[place] ?? 0;
      const toY = y[place] ?? 0;
      // One that jumped may have been seen before: wherever it is now, it is looked at until the next look around.
      if ((toX - eyeX) ** 2 + (toY - eyeY) ** 2 <= near || this.table.sentOwnerAt(place) === this.seat)
        this.#enter(place);
      else if (this.indexOf(place) >= 0) this.#edge.push(place);
      // The skin is where it was when the viewer looked around.
      else if ((toX - this.#lookedX) ** 2 + (toY - this.#lookedY) ** 2 <= reach) this.#nearby.push(place);
    }
  }
}
