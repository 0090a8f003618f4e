"""What every resource of the API is made of: columns, filters, pages, CSV, stamps. Knows no F1."""
