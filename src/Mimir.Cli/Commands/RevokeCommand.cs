using System.CommandLine;
using System.Security.Cryptography;
using Mimir.Cli.Configuration;
using Mimir.Services.Joining;
using Mimir.Trust;
using Mimir.Trust.Revocations;
using Mimir.Vaults;

namespace Mimir.Cli.Commands;

/// <summary>`mimir revoke`: throws members out, at once, and signs the authority's successor in.</summary>
public static class RevokeCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var names = new Argument<string[]>("NODE") { Description = "Whom to throw out: role/name, such as party/p2; a name alone is a party", Arity = ArgumentArity.ZeroOrMore };
        var serials = new Option<string[]>("--serial") { Description = "A certificate by its serial number, and with it the key that it certifies, its other certificates and what an attested key has from it", HelpName = "HEX" };
        var keys = new Option<string[]>("--key") { Description = "One key, by the SHA-256 of its SubjectPublicKeyInfo; as a list or a log names it", HelpName = "HEX" };
        var retire = new Option<string?>("--retire") { Description = "ca.pem of an authority that is to count no more, with all that it issued", HelpName = "FILE" };
        var reason = new Option<string>("--reason") { Description = "Why, in one line that everybody is shown", HelpName = "TEXT", DefaultValueFactory = _ => "revoked by the operator" };
        var authority = new Option<string>("--authority") { Description = "The authority's directory: ca.pem and where its key is", HelpName = "DIR", Required = true };
        var shares = SharedOptions.AuthorityShares();
        var successor = new Option<string?>("--successor") { Description = "ca.pem of a further authority that everybody is to trust from now on", HelpName = "FILE" };
        var list = new Option<string>("--list") { Description = "The revocation list so far, replaced by the new one; made when absent", HelpName = "FILE", Required = true };
        var config = SharedOptions.Config();
        var command = new Command("revoke", "Revokes members: signs the next revocation list and, with --config, publishes it; live connections are closed within seconds")
        {
            names, serials, keys, retire, reason, authority, shares, successor, list, config,
        };
        command.SetAction(async (result, cancellation) =>
        {
            RevocationEntry[] entries =
            [
                .. result.GetValue(names)!.Select(n => new RevocationEntry(RevocationKind.Name, n.Contains('/') ? n : $"{Role.Party.ToName()}/{n}", result.GetValue(reason)!)),
                .. (result.GetValue(serials) ?? []).Select(s => new RevocationEntry(RevocationKind.Serial, s.ToUpperInvariant(), result.GetValue(reason)!)),
                .. Retired(result.GetValue(retire)).Select(k => new RevocationEntry(RevocationKind.Key, k, result.GetValue(reason)!)),
                .. (result.GetValue(keys) ?? []).Select(k => new RevocationEntry(RevocationKind.Key, k.ToUpperInvariant(), result.GetValue(reason)!)),
            ];
            Require(entries);
            if (entries.Length == 0 && result.GetValue(successor) is null) throw new UsageException("name somebody to revoke, or a --successor; nothing was signed");
            var file = result.GetValue(list)!;
            var signed = Sign(file, entries, result.GetValue(authority)!, result.GetValue(shares) ?? [], result.GetValue(successor));
            var log = result.InvocationConfiguration.Output;
            log.WriteLine($"revocation list {RevocationCodec.Read(signed).Version} is in {file}");
            if (result.GetValue(config) is not { } configured) return ExitCode.Done;
            await Publication.SendAsync(RoleCommands.Settings(ConfigLoader.Load(configured, EnvironmentSettings.OfProcess())), signed, cancellation);
            log.WriteLine("the coordinator has it in force and has passed it on");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>SHA-256 of the public keys of a file's authorities.</summary>
    private static IEnumerable<string> Retired(string? file)
    {
        if (file is null) yield break;
        foreach (var certificate in TrustAnchors.LoadCertificates(file))
        {
            yield return Convert.ToHexString(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
            certificate.Dispose();
        }
    }

    private static byte[] Sign(string file, IReadOnlyList<RevocationEntry> entries, string authorityDirectory, string[] shares, string? successor)
    {
        var former = File.Exists(file) ? RevocationCodec.Read(RevocationFile.Read(file)) : RevocationList.None;
        using var authority = AuthorityDirectory.Open(authorityDirectory, shares);
        ReadOnlyMemory<byte>[] successors = [];
        if (successor is not null)
        {
            var certificates = TrustAnchors.LoadCertificates(successor);
            successors = [.. certificates.Select(c => (ReadOnlyMemory<byte>)c.RawData)];
            foreach (var certificate in certificates) certificate.Dispose();
        }
        var signed = former.Next(DateTimeOffset.UtcNow, entries, successors).Sign(authority);
        RevocationFile.Write(file, signed);
        return signed;
    }

    private static void Require(IEnumerable<RevocationEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (entry.IsWellFormed) continue;
            throw new UsageException(entry.Kind switch
            {
                _ when entry.Reason.Length is 0 or > RevocationEntry.LongestReason || entry.Reason.Any(c => c is < ' ' or > '~') =>
                    $"--reason is one line of at most {RevocationEntry.LongestReason} plain characters",
                RevocationKind.Name => $"'{Setting.Shown(entry.Value)}' is no member; give role/name, such as party/p2 or triple-service/t",
                RevocationKind.Serial => $"--serial '{Setting.Shown(entry.Value)}' is no serial number in hexadecimal",
                _ => $"--key '{Setting.Shown(entry.Value)}' is no SHA-256 in hexadecimal",
            });
        }
    }
}
