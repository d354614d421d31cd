using System.CommandLine;
using Mimir.Trust;
using Mimir.Trust.Certificates;

namespace Mimir.Cli.Commands;

/// <summary>`mimir identity`: a certificate authority for one group, and the identities that it issues.</summary>
public static class IdentityCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create() => new("identity", "Certificates of a group: its authority, and one identity per process") { Authority(), Issue() };

    private static Command Authority()
    {
        var directory = new Argument<string>("DIR") { Description = "Where to put ca.pem (for everybody) and ca-key.pem (for whoever issues identities)" };
        var days = SharedOptions.Bounded(new Option<int>("--days") { Description = "How long it is valid", HelpName = "N", DefaultValueFactory = _ => 365 }, 1, 3650);
        var command = new Command("authority", "Makes a new certificate authority") { directory, days };
        command.SetAction(result =>
        {
            var target = result.GetValue(directory)!;
            if (File.Exists(Path.Combine(target, "ca.pem"))) throw new UsageException($"{target}: there is an authority already; name another directory");
            using var authority = CertificateAuthority.Create(TimeSpan.FromDays(result.GetValue(days)));
            authority.Save(target);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Issue()
    {
        var role = new Argument<string>("ROLE") { Description = "What the process is" };
        role.AcceptOnlyFromAmong([.. Enum.GetValues<Role>().Select(r => r.ToName())]);
        var name = new Argument<string>("NAME") { Description = "Its name within the group" };
        var directory = new Argument<string>("DIR") { Description = "Where to put certificate.pem, key.pem and sealing-key.pem" };
        var authority = new Option<string>("--authority") { Description = "Directory of ca.pem and ca-key.pem", HelpName = "DIR", Required = true };
        var days = SharedOptions.Bounded(new Option<int>("--days") { Description = "How long it is valid", HelpName = "N", DefaultValueFactory = _ => 90 }, 1, 3650);
        var command = new Command("issue", "Makes the keys and the certificate of one process") { role, name, directory, authority, days };
        command.SetAction(result =>
        {
            if (!RoleNames.TryParse(result.GetValue(role), out var wanted)) throw new UsageException($"'{result.GetValue(role)}' is no role");
            using var issuer = CertificateAuthority.Load(result.GetValue(authority)!);
            using var identity = issuer.Issue(wanted, result.GetValue(name)!, TimeSpan.FromDays(result.GetValue(days)));
            identity.Save(result.GetValue(directory)!);
            return ExitCode.Done;
        });
        return command;
    }
}
