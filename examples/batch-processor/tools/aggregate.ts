import type { BatchStatistics, CountryStatistics } from './process.ts';

const ROWS = 10;

/** One report of all batches. */
export function aggregate({ parts }: { parts: Record<string, BatchStatistics> }) {
  const batches = Object.values(parts);
  const countries = new Map<string, CountryStatistics>();
  const names = new Map<string, Set<string>>();
  for (const batch of batches) {
    for (const [country, part] of Object.entries(batch.countries))
      countries.set(country, merge(countries.get(country), part));
    for (const [name, where] of Object.entries(batch.names))
      names.set(name, new Set([...(names.get(name) ?? []), ...where]));
  }
  const inEnglish = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'code' });
  return {
    records: sum(batches.map(({ records }) => records)),
    population: sum(batches.map(({ population }) => population)),
    countries: countries.size,
    northernmost: batches.map(({ northernmost }) => northernmost).toSorted((a, b) => b.latitude - a.latitude)[0],
    by_country: [...countries]
      .toSorted(([, a], [, b]) => b.population - a.population)
      .slice(0, ROWS)
      .map(([code, { cities, population, largest, largestPopulation }]) => ({
        country: inEnglish.of(code) ?? code,
        cities,
        population,
        largest,
        largest_population: largestPopulation,
      })),
    widest_names: [...names]
      .toSorted(([nameA, a], [nameB, b]) => b.size - a.size || (nameA < nameB ? -1 : 1))
      .slice(0, ROWS)
      .map(([name, where]) => ({ name, countries: where.size, where: [...where].toSorted().join(' ') })),
  };
}

function merge(a: CountryStatistics | undefined, b: CountryStatistics): CountryStatistics {
  if (a === undefined) return { ...b };
  const larger = a.largestPopulation >= b.largestPopulation ? a : b;
  return {
    cities: a.cities + b.cities,
    population: a.population + b.population,
    largest: larger.largest,
    largestPopulation: larger.largestPopulation,
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
