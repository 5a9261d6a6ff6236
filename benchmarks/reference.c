/*
 * The same work in C: what benchmarks/run.py measures the Python against.
 *
 * Zones with their marks and reserves, buddy lists as intrusive lists, hot and cold per-cpu lists, the watermark test
 * with HIGH, HARDER and its loop over the orders, and an owner check (one byte per page: order + 1) when a block comes
 * back. Written to be fast: list links are 32-bit page numbers, a mask of non-empty orders finds the block to split,
 * a per-cpu list is a ring. Every list has the kernel's order, so the results can be held against the Python's.
 *
 * Commands on standard input, one a line; each is answered before the next is read:
 *   zone START END MIN LOW HIGH HOT_BATCH HOT_HIGH COLD_BATCH COLD_HIGH RESERVE...   a zone, best first; no answer
 *   boot                              fill the zones as boot does; no answer
 *   load FILE                         32-bit words, one operation each (see `run`); no answer
 *   run ALLOC_FLAGS CLASSZONE COLD    do all operations once; answers "NANOSECONDS FAILED BAD" (CPU time, blocks that
 *                                     were refused, blocks that came back and were not handed out like that)
 *   slots                             the block that each slot was given last, -1 = none; one line
 *   lists                             for each zone: free pages, then orders 0 to 10, hot, cold, head to tail, one line
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_ORDER = 11, TOP = MAX_ORDER - 1, MAX_ZONES = 4, RING = 1024, NONE = -1 };
enum { NO_WATERMARKS = 1, WMARK_MIN = 2, WMARK_LOW = 4, HARDER = 0x10, HIGH = 0x20 };

struct page {
	uint32_t next, prev;	/* in a free list */
	uint8_t free_order;	/* order + 1 of the free block that starts here, 0 = none */
	uint8_t owner;		/* order + 1 of the block that was handed out from here, 0 = none */
	uint8_t zone;
};

struct per_cpu_pages {
	uint32_t head, count, batch, high;
	uint32_t ring[RING];	/* from head to tail, round the end */
};

struct zone {
	long nr_free_pages, mark[3], lowmem_reserve[MAX_ZONES];
	long nr_free[MAX_ORDER];
	uint32_t nonempty;	/* bit n: order n has a free block */
	uint32_t lists;		/* page number of the list head of order 0 */
	uint32_t start, end;
	struct per_cpu_pages pcp[2];	/* hot, cold */
};

static struct zone zones[MAX_ZONES];
static int nr_zones;
static struct page *pages;
static uint32_t nr_pages;

static inline void list_add(struct zone *z, uint32_t pfn, int order)
{
	uint32_t head = z->lists + order, first = pages[head].next;

	pages[pfn].next = first;
	pages[pfn].prev = head;
	pages[first].prev = pfn;
	pages[head].next = pfn;
	pages[pfn].free_order = order + 1;
	z->nr_free[order]++;
	z->nonempty |= 1u << order;
}

static inline void list_del(struct zone *z, uint32_t pfn, int order)
{
	uint32_t next = pages[pfn].next, prev = pages[pfn].prev;

	pages[prev].next = next;
	pages[next].prev = prev;
	pages[pfn].free_order = 0;
	if (!--z->nr_free[order])
		z->nonempty &= ~(1u << order);
}

static inline int64_t rmqueue(struct zone *z, int order)
{
	uint32_t candidates = z->nonempty >> order << order, pfn;
	int current_order;

	if (!candidates)
		return NONE;
	current_order = __builtin_ctz(candidates);
	pfn = pages[z->lists + current_order].next;
	list_del(z, pfn, current_order);
	z->nr_free_pages -= 1L << order;
	while (current_order > order) {
		current_order--;
		list_add(z, pfn + (1u << current_order), current_order);
	}
	return pfn;
}

static inline void free_one_page(struct zone *z, uint32_t pfn, int order)
{
	z->nr_free_pages += 1L << order;
	while (order < TOP) {
		uint32_t buddy = pfn ^ (1u << order);

		if (pages[buddy].free_order != order + 1)
			break;
		list_del(z, buddy, order);
		pfn &= buddy;
		order++;
	}
	list_add(z, pfn, order);
}

static int64_t rmqueue_bulk(struct zone *z, struct per_cpu_pages *pcp)
{
	for (uint32_t i = 0; i < pcp->batch; i++) {
		int64_t pfn = rmqueue(z, 0);

		if (pfn == NONE)
			break;
		pcp->ring[(pcp->head + pcp->count++) % RING] = pfn;
	}
	return pcp->count;
}

static inline int64_t buffered_rmqueue(struct zone *z, int order, int cold)
{
	struct per_cpu_pages *pcp = &z->pcp[cold];
	uint32_t pfn;

	if (order)
		return rmqueue(z, order);
	if (!pcp->count && !rmqueue_bulk(z, pcp))
		return NONE;
	pfn = pcp->ring[pcp->head];
	pcp->head = (pcp->head + 1) % RING;
	pcp->count--;
	return pfn;
}

static void free_pages_bulk(struct zone *z, struct per_cpu_pages *pcp)
{
	for (uint32_t i = 0; i < pcp->batch; i++)
		free_one_page(z, pcp->ring[(pcp->head + --pcp->count) % RING], 0);
}

static inline int zone_watermark_ok(const struct zone *z, int order, long mark, int classzone_idx, int alloc_flags)
{
	long free_pages = z->nr_free_pages - (1L << order) + 1, floor = mark;

	if (alloc_flags & HIGH)
		floor -= floor / 2;
	if (alloc_flags & HARDER)
		floor -= floor / 4;
	if (free_pages <= floor + z->lowmem_reserve[classzone_idx])
		return 0;
	for (int o = 0; o < order; o++) {
		free_pages -= z->nr_free[o] << o;
		floor >>= 1;
		if (free_pages <= floor)
			return 0;
	}
	return 1;
}

static inline int64_t get_page_from_freelist(int order, int alloc_flags, int classzone_idx, int cold)
{
	for (struct zone *z = zones; z < zones + nr_zones; z++) {
		if (!(alloc_flags & NO_WATERMARKS)) {
			long mark = z->mark[alloc_flags & WMARK_MIN ? 0 : alloc_flags & WMARK_LOW ? 1 : 2];

			if (!zone_watermark_ok(z, order, mark, classzone_idx, alloc_flags))
				continue;
		}
		int64_t pfn = buffered_rmqueue(z, order, cold);

		if (pfn != NONE) {
			pages[pfn].owner = order + 1;
			return pfn;
		}
	}
	return NONE;
}

static inline int free_pages(uint32_t pfn, int order, int cold)
{
	if (pfn >= nr_pages || pages[pfn].owner != order + 1)
		return 0;
	pages[pfn].owner = 0;
	struct zone *z = &zones[pages[pfn].zone];

	if (order) {
		free_one_page(z, pfn, order);
	} else {
		struct per_cpu_pages *pcp = &z->pcp[cold];

		pcp->head = (pcp->head - 1) % RING;
		pcp->ring[pcp->head] = pfn;
		if (++pcp->count >= pcp->high)
			free_pages_bulk(z, pcp);
	}
	return 1;
}

/* One operation in a word: bit 0 = allocate, bits 1 to 4 = order, the rest = the slot that keeps the block. */
static uint32_t *ops;
static int32_t *slots;
static long nr_ops, nr_slots;

static void run(int alloc_flags, int classzone_idx, int cold)
{
	struct timespec start, end;
	long failed = 0, bad = 0;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	for (long i = 0; i < nr_ops; i++) {
		uint32_t op = ops[i], slot = op >> 5;
		int order = op >> 1 & 15;

		if (op & 1) {
			int64_t pfn = get_page_from_freelist(order, alloc_flags, classzone_idx, cold);

			slots[slot] = pfn;
			failed += pfn == NONE;
		} else if (slots[slot] != NONE) {
			bad += !free_pages(slots[slot], order, cold && !order);
		}
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	printf("%lld %ld %ld\n", (end.tv_sec - start.tv_sec) * 1000000000LL + end.tv_nsec - start.tv_nsec, failed, bad);
}

static void *zeroed(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size);

	if (!memory) {
		fprintf(stderr, "reference: no memory\n");
		exit(1);
	}
	return memory;
}

static void load(const char *path)
{
	FILE *file = fopen(path, "rb");

	if (!file) {
		perror(path);
		exit(1);
	}
	fseek(file, 0, SEEK_END);
	nr_ops = ftell(file) / sizeof(*ops);
	rewind(file);
	free(ops), free(slots);
	ops = zeroed(nr_ops, sizeof(*ops));
	if (fread(ops, sizeof(*ops), nr_ops, file) != (size_t)nr_ops) {
		perror(path);
		exit(1);
	}
	fclose(file);
	nr_slots = 0;
	for (long i = 0; i < nr_ops; i++)
		nr_slots = ops[i] >> 5 < nr_slots ? nr_slots : (ops[i] >> 5) + 1;
	slots = zeroed(nr_slots, sizeof(*slots));
	memset(slots, 0xff, nr_slots * sizeof(*slots));
}

static void add_zone(char *words)
{
	struct zone *z = &zones[nr_zones++];
	long n[9 + MAX_ZONES] = { 0 };
	int count = 0;

	for (char *word = strtok(words, " \n"); word && count < 9 + MAX_ZONES; word = strtok(NULL, " \n"))
		n[count++] = atol(word);
	z->start = n[0], z->end = n[1];
	memcpy(z->mark, n + 2, sizeof(z->mark));
	z->pcp[0].batch = n[5], z->pcp[0].high = n[6], z->pcp[1].batch = n[7], z->pcp[1].high = n[8];
	memcpy(z->lowmem_reserve, n + 9, sizeof(z->lowmem_reserve));
	nr_pages = z->end > nr_pages ? z->end : nr_pages;
	/* A buddy below order 10 then never lies in another zone, which saves a test for each merge. */
	if (z->start % (1 << TOP) || z->end % (1 << TOP) || n[6] >= RING || n[8] >= RING) {
		fprintf(stderr, "reference: zones must start and end on a block of order 10, pcp->high stay below %d\n", RING);
		exit(1);
	}
}

static void boot(void)
{
	pages = zeroed(nr_pages + MAX_ZONES * MAX_ORDER, sizeof(*pages));
	for (int i = 0; i < nr_zones; i++) {
		struct zone *z = &zones[i];

		z->lists = nr_pages + i * MAX_ORDER;
		for (uint32_t head = z->lists; head < z->lists + MAX_ORDER; head++)
			pages[head].next = pages[head].prev = head;
		for (uint32_t pfn = z->start; pfn < z->end; pfn++)
			pages[pfn].zone = i;
		for (uint32_t pfn = z->start; pfn < z->end; pfn += 1 << TOP) {
			list_add(z, pfn, TOP);
			z->nr_free_pages += 1 << TOP;
		}
	}
}

static void print_lists(void)
{
	for (struct zone *z = zones; z < zones + nr_zones; z++) {
		printf("%ld", z->nr_free_pages);
		for (uint32_t head = z->lists; head < z->lists + MAX_ORDER; head++) {
			putchar('|');
			for (uint32_t pfn = pages[head].next; pfn != head; pfn = pages[pfn].next)
				printf("%u ", pfn);
		}
		for (struct per_cpu_pages *pcp = z->pcp; pcp < z->pcp + 2; pcp++) {
			putchar('|');
			for (uint32_t i = 0; i < pcp->count; i++)
				printf("%u ", pcp->ring[(pcp->head + i) % RING]);
		}
		putchar('\n');
	}
}

int main(void)
{
	static char line[4096];

	while (fgets(line, sizeof(line), stdin)) {
		int flags, classzone_idx, cold;

		line[strcspn(line, "\n")] = 0;
		if (!strncmp(line, "zone ", 5)) {
			add_zone(line + 5);
		} else if (!strcmp(line, "boot")) {
			boot();
		} else if (!strncmp(line, "load ", 5)) {
			load(line + 5);
		} else if (sscanf(line, "run %d %d %d", &flags, &classzone_idx, &cold) == 3) {
			run(flags, classzone_idx, cold);
		} else if (!strcmp(line, "slots")) {
			for (long i = 0; i < nr_slots; i++)
				printf("%d ", slots[i]);
			putchar('\n');
		} else if (!strcmp(line, "lists")) {
			print_lists();
		} else {
			fprintf(stderr, "reference: what is '%s'?\n", line);
			return 1;
		}
		fflush(stdout);
	}
	return 0;
}
