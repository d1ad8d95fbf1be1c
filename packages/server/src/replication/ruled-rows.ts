/** The rows of a table that a rule shows to one seat: those of its team, or those that the author's function chooses. */
import type { TableChanges } from '@madang/core/codec';
import { VisibleRows } from './visible-rows.ts';

/** Which rows a seat sees. */
export interface RowRule {
  sees(place: number): boolean;
  /** Whether any row may have to be looked at anew, and not only those that a publication changed. */
  needsAll(): boolean;
}

export class RuledRows extends VisibleRows {
  readonly #changes: TableChanges;
  readonly #rule: RowRule;
  #isNew = true;

  constructor(changes: TableChanges, seat: number, rule: RowRule) {
    super(changes.table, seat);
    this.#changes = changes;
    this.#rule = rule;
  }

  lookAnew(): void {
    this.#isNew = true;
  }

  refresh(number: number): void {
    this.left.clear();
    const { table, seat } = this;
    const sees = (place: number): boolean => table.sentOwnerAt(place) === seat || this.#rule.sees(place);
    const needsAll = this.#rule.needsAll();
    this.retain(sees);
    if (needsAll || this.#isNew) {
      for (let place = 1; place <= table.highestSent; place++) {
        if (table.sentId[place] !== 0 && this.indexOf(place) < 0 && sees(place)) this.entering.push(place);
      }
    } else {
      for (const { items, count } of [this.#changes.put, this.#changes.changed]) {
        for (let i = 0; i < count; i++) {
          const place = items[i] ?? 0;
          if (this.indexOf(place) < 0 && sees(place)) this.entering.push(place);
        }
      }
    }
    this.#isNew = false;
    this.admit(number);
  }
}
