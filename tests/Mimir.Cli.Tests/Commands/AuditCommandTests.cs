using System.Text.Json;
using Mimir.Trust;
using Mimir.Trust.Audit;
using Mimir.Trust.Certificates;

namespace Mimir.Cli.Tests.Commands;

public sealed class AuditCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mimir-audit-").FullName;
    private readonly string _log;
    private readonly string _ca;

    public AuditCommandTests()
    {
        (_log, _ca) = (Path.Combine(_directory, "audit.log"), Path.Combine(_directory, "ca.pem"));
        using var authority = CertificateAuthority.Create();
        authority.SaveCertificate(_ca);
        using var writer = authority.Issue(Role.Coordinator, "c", TimeSpan.FromHours(1));
        using var log = AuditLog.Open(_log, writer);
        log.Append(new Disclosed(new SessionId(1, 2), DisclosedFact.Tokens, null, ["alice"]));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task An_intact_log_verifies_and_shows()
    {
        var (code, output, error) = await RunAsync("audit", "verify", _log, "--ca", _ca);
        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.Contains("3 entries of coordinator/c, all as written; closed in good order", output, StringComparison.Ordinal);
        (_, output, _) = await RunAsync("audit", "show", _log);
        Assert.Contains("what=tokens to=alice", output, StringComparison.Ordinal);
        (_, output, _) = await RunAsync("audit", "show", _log, "--json");
        using var json = JsonDocument.Parse(output);
        Assert.Equal(["alice"], json.RootElement[1].GetProperty("fields").GetProperty("to").EnumerateArray().Select(t => t.GetString()));
    }

    [Fact]
    public async Task An_altered_log_is_status_1_and_names_the_line()
    {
        File.WriteAllText(_log, File.ReadAllText(_log).Replace("alice", "mallory", StringComparison.Ordinal));
        var (code, output, error) = await RunAsync("audit", "verify", _log, "--ca", _ca, "--json");
        Assert.Equal((ExitCode.Failed, $"mimir: {_log}:2: is no entry, or was altered\n"), (code, error));
        using var json = JsonDocument.Parse(output);
        Assert.Equal((false, 2, "altered"), (json.RootElement.GetProperty("intact").GetBoolean(), json.RootElement.GetProperty("first_bad_line").GetInt32(), json.RootElement.GetProperty("fault").GetString()));
    }

    [Fact]
    public async Task Whose_signatures_count_must_be_said_and_a_head_must_be_there()
    {
        Assert.Equal(ExitCode.Usage, (await RunAsync("audit", "verify", _log)).Code);
        Assert.Equal(ExitCode.Usage, (await RunAsync("audit", "verify", _log, "--ca", _ca, "--key", _ca)).Code);
        Assert.Equal(ExitCode.Usage, (await RunAsync("audit", "verify", _log + "x", "--ca", _ca)).Code);
        Assert.Equal(ExitCode.Failed, (await RunAsync("audit", "verify", _log, "--ca", _ca, "--head", new string('0', 64))).Code);
        var (code, _, error) = await RunAsync("audit", "verify", _log, "--key", _ca);
        Assert.Equal((ExitCode.Failed, true), (code, error.Contains(":1:", StringComparison.Ordinal)));
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        var code = await CommandLine.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
