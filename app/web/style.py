"""The little style that Streamlit's own themes leave open."""

STYLE = """<style>
.stMainBlockContainer { max-width: 1320px; padding-top: 4.5rem; padding-bottom: 2rem; }
@media (max-width: 640px) {
  .stMainBlockContainer { padding: 4rem 1rem 1rem; }
}
@media (min-width: 641px) {
  /* The photo stays in view beside a long conversation. */
  .st-key-seen { position: sticky; top: 4rem; max-height: calc(100vh - 5rem); overflow-y: auto; }
}
/* The next question can be typed wherever one has scrolled to in the conversation. */
.st-key-composer { position: sticky; bottom: 0; padding: .5rem 0 1rem; background: inherit; z-index: 1; }
.st-key-conversation [data-testid="stText"] { white-space: pre-wrap; overflow-wrap: anywhere; }
/* Faces of one size, whatever part of the photo was kept. */
.st-key-people img, .st-key-pictures img, [class*="st-key-faces-"] img { aspect-ratio: 1; object-fit: cover; }
.st-key-report img { aspect-ratio: 1; object-fit: contain; }
.st-key-report [data-testid="stText"] { white-space: pre-wrap; overflow-wrap: anywhere; }
.st-key-people button { text-align: left; }
.st-key-people button p { font-weight: 600; }
</style>"""
