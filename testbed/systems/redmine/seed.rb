# What Cashward needs of a Redmine and cannot make over REST. Run by `rails runner`; safe to repeat.

Redmine::DefaultData::Loader.load('en') if Redmine::DefaultData::Loader.no_data?

Setting.rest_api_enabled = '1'
Setting.login_required = '1'
Setting.default_projects_public = '0'
Setting.notified_events = []
Setting.parent_issue_dates = 'independent'
Setting.timelog_required_fields = ['issue_id']

# ------------------------------------------------------------------ people

def person(login, first, last, admin: false)
  user = User.find_or_initialize_by(login: login)
  user.update!(firstname: first, lastname: last, mail: "#{login}@lowfold.example", language: 'en',
               admin: admin, must_change_passwd: false, mail_notification: 'none', status: 1)
  Token.create!(user: user, action: 'api') unless Token.exists?(user: user, action: 'api')
  user
end

# Only an administrator may archive projects and list custom fields.
person('cashward', 'Cashward', 'Service', admin: true)
person('delivery', 'Delivery', 'Manager', admin: true)
person('lead', 'Project', 'Lead')
person('consultant', 'Senior', 'Consultant')
person('developer', 'Software', 'Developer')
person('designer', 'Visual', 'Designer')
User.find_by!(login: 'admin').update_columns(status: User::STATUS_LOCKED)

# ------------------------------------------------------------------ work

feature = Tracker.find_by!(name: 'Feature')
task = Tracker.find_or_initialize_by(name: 'Task')
if task.new_record?
  task.update!(default_status: feature.default_status)
  task.copy_workflow_rules(feature)
end
TimeEntryActivity.find_or_create_by!(name: 'Consulting')

# ------------------------------------------------------------------ custom fields

def field(kind, name, format, **more)
  found = kind.find_or_initialize_by(name: name)
  found.update!(field_format: format, is_filter: true, visible: true, editable: true, **more)
  found
end

key = { searchable: true, max_length: 120 }
field(ProjectCustomField, 'cashward_key', 'string', **key)
field(VersionCustomField, 'cashward_key', 'string', max_length: 120)
field(IssueCustomField, 'cashward_key', 'string', is_for_all: true, trackers: Tracker.all, **key)
field(TimeEntryCustomField, 'billing_state', 'list',
      possible_values: %w[new approved invoiced], default_value: 'new')
