"""Projects and what belongs to them: roles, versions, components, screens."""
