using System.CommandLine;
using Mimir.Trust;
using Mimir.Trust.Certificates;
using Mimir.Trust.KeyRelease.Threshold;
using Mimir.Vaults;
using Mimir.Vaults.Pkcs11;

namespace Mimir.Cli.Commands;

/// <summary>`mimir identity`: a certificate authority for one group, and the identities that it issues.</summary>
public static class IdentityCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create() => new("identity", "Certificates of a group: its authority, and one identity per process") { Authority(), Issue(), Renew() };

    private static Command Authority()
    {
        var directory = new Argument<string>("DIR") { Description = "Where to put ca.pem (for everybody) and, unless said otherwise, ca-key.pem (for whoever issues identities)" };
        var threshold = SharedOptions.Bounded(new Option<int?>("--threshold") { Description = "Share the key: so many holders together can issue, fewer cannot", HelpName = "K" }, 2, 255);
        var holders = SharedOptions.Bounded(new Option<int?>("--holders") { Description = "With --threshold: how many shares; each goes to its holder from DIR/shares", HelpName = "N" }, 2, 255);
        var token = new Option<string?>("--token") { Description = $"Use a P-256 key in the PKCS#11 token of this label; the PIN comes from {TokenPin.Variable}", HelpName = "LABEL" };
        var library = new Option<string?>("--token-library") { Description = "With --token: the module's shared library", HelpName = "FILE" };
        var tokenKey = new Option<string?>("--token-key") { Description = "With --token: the key pair's label", HelpName = "LABEL" };
        var days = SharedOptions.Bounded(new Option<int>("--days") { Description = "How long it is valid", HelpName = "N", DefaultValueFactory = _ => 365 }, 1, 3650);
        var command = new Command("authority", "Makes a new certificate authority") { directory, days, threshold, holders, token, library, tokenKey };
        command.SetAction(result =>
        {
            var target = result.GetValue(directory)!;
            if (File.Exists(Path.Combine(target, "ca.pem"))) throw new UsageException($"{target}: there is an authority already; name another directory");
            var lifetime = TimeSpan.FromDays(result.GetValue(days));
            switch (result.GetValue(threshold), result.GetValue(holders), result.GetValue(token), result.GetValue(library), result.GetValue(tokenKey))
            {
                case (null, null, null, null, null):
                    using (var authority = CertificateAuthority.Create(lifetime)) authority.Save(target);
                    break;
                case ({ } k, { } n, null, null, null) when k <= n:
                    Share(target, k, n, lifetime);
                    break;
                case (null, null, { } label, { } file, { } key):
                    new TokenAuthority(file, label, key).Create(target, AuthorityDirectory.Pin(target), lifetime);
                    break;
                default:
                    throw new UsageException("give --threshold K with --holders N (K at most N), or --token, --token-library and --token-key together, or none of these");
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static void Share(string directory, int threshold, int holders, TimeSpan lifetime)
    {
        var folder = Directory.CreateDirectory(Path.Combine(directory, "shares")).FullName;
        foreach (var share in ThresholdAuthority.Create(directory, threshold, holders, lifetime))
        {
            KeyDealFiles.Save(Path.Combine(folder, $"share-{share.Index}.pem"), share);
            share.Dispose();
        }
    }

    private static Command Issue()
    {
        var role = new Argument<string>("ROLE") { Description = "What the process is" };
        role.AcceptOnlyFromAmong([.. Enum.GetValues<Role>().Select(r => r.ToName())]);
        var name = new Argument<string>("NAME") { Description = "Its name within the group" };
        var directory = new Argument<string>("DIR") { Description = "Where to put certificate.pem, key.pem and sealing-key.pem" };
        var authority = new Option<string>("--authority") { Description = "The authority's directory: ca.pem and where its key is", HelpName = "DIR", Required = true };
        var shares = SharedOptions.AuthorityShares();
        var days = SharedOptions.Bounded(new Option<int>("--days") { Description = "How long it is valid", HelpName = "N", DefaultValueFactory = _ => 90 }, 1, 3650);
        var command = new Command("issue", "Makes the keys and the certificate of one process") { role, name, directory, authority, shares, days };
        command.SetAction(result =>
        {
            if (!RoleNames.TryParse(result.GetValue(role), out var wanted)) throw new UsageException($"'{result.GetValue(role)}' is no role");
            using var issuer = AuthorityDirectory.Open(result.GetValue(authority)!, result.GetValue(shares) ?? []);
            using var identity = issuer.Issue(wanted, result.GetValue(name)!, TimeSpan.FromDays(result.GetValue(days)));
            identity.Save(result.GetValue(directory)!);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Renew()
    {
        var directory = new Argument<string>("DIR") { Description = "The identity: its certificate.pem is replaced, its keys stay; a running role takes the new one within seconds" };
        var authority = new Option<string>("--authority") { Description = "The directory of the authority that is to certify it from now on", HelpName = "DIR", Required = true };
        var shares = SharedOptions.AuthorityShares();
        var days = SharedOptions.Bounded(new Option<int>("--days") { Description = "How long it is valid", HelpName = "N", DefaultValueFactory = _ => 90 }, 1, 3650);
        var command = new Command("renew", "Certifies an identity anew, by the same authority or its successor") { directory, authority, shares, days };
        command.SetAction(result =>
        {
            using var issuer = AuthorityDirectory.Open(result.GetValue(authority)!, result.GetValue(shares) ?? []);
            using var identity = Identity.Load(result.GetValue(directory)!);
            issuer.Renew(identity, TimeSpan.FromDays(result.GetValue(days)));
            identity.SaveCertificate(result.GetValue(directory)!);
            return ExitCode.Done;
        });
        return command;
    }
}
