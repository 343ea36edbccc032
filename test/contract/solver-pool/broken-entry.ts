/** A worker's module that fails as it loads, for the contract suite. */
throw new Error("this module cannot be loaded");
