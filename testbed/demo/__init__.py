"""The demo: people work in CRM, PM and ERP, and Cashward connects the three."""
