CONTEXT = ("PF_MEMALLOC","PF_MEMALLOC_NOFS","PF_MEMALLOC_NOIO","PF_MEMALLOC_PIN","PF_EXITING","PF_DUMPCORE","PF_WQ_WORKER","PF_KTHREAD","rt_task","in_interrupt","in_softirq","oom_victim","fatal_signal","make_it_fail")
FORMAT="alloc-oracle-2"
Json = dict
