const words = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/))

/** Stand before a name or an example: no sentence ends with one. Lower case, without the last dot, as all of these. */
export const leadingAbbreviations = words(`
  mr mrs ms mx dr prof st messrs mme mlle rev hon gen capt lt sgt cpl gov supt
  e.g i.e viz vs cf ca approx sra srta hr bd z.b d.h u.a
`)

/** Stand before a number; before anything else they are words of their own, as in "He said no." */
export const numberAbbreviations = words('no nos nr vol vols fig figs ch chap p pp sec art eq ed eds')

/** End a sentence or do not: what follows decides. */
export const openAbbreviations = words(`
  etc al jr sr inc ltd co corp dept est jan feb mar apr jun jul aug sep sept oct nov dec
  mon tue wed thu fri sat sun a.m p.m a.d b.c u.s u.k u.n ph.d m.d usw
`)
