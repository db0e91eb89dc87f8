// Shows the buttons that copy a citation, where the browser lets a page copy.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const citation = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(citation.textContent.trim().replace(/\s+/g, " "));
        button.textContent = button.dataset.copied;
        setTimeout(() => { button.textContent = label; }, 2000);
      } catch {
        // The reader said no: the text is selected, to be copied by hand
        getSelection().selectAllChildren(citation);
      }
    });
  }
}
