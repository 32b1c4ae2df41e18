// Loads the page again every two seconds and puts its middle in the place of this one's.
// Nothing is put together here, so there is one rendering, and one place that escapes.
"use strict";
(() => {
	const live = document.getElementById("live");
	const trouble = document.getElementById("trouble");
	live.parentElement.hidden = false;
	async function tick() {
		if (live.checked && !document.hidden) {
			try {
				const answer = await fetch(location.pathname + location.search, { cache: "no-store", signal: AbortSignal.timeout(10000) });
				if (!answer.ok) throw new Error(answer.status);
				const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
				if (!fresh) throw new Error("another page");
				document.querySelector("main").replaceWith(fresh);
				trouble.textContent = "";
			} catch (e) {
				trouble.textContent = "no answer: " + e.message;
			}
		}
		setTimeout(tick, 2000);
	}
	setTimeout(tick, 2000);
})();
