using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using Mimir.Cli.Commands;
using Mimir.Trust.Attestation.Simulated;

namespace Mimir.Cli.Tests.Commands;

/// <summary>`mimir policy check` on simulated evidence, which needs no hardware and no files from elsewhere.</summary>
public sealed class PolicyCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mimir-policy");
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        _key.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_policy_alone_is_read()
    {
        var (code, output) = await RunAsync(Policy());
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("a lab policy for party", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accepted_evidence_is_status_0_and_every_rule_a_line()
    {
        var (code, output) = await RunAsync(Policy(), "--evidence", Evidence(1, 7));
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("accepted", output, StringComparison.Ordinal);
        Assert.Contains("pass simulated.measurement", output, StringComparison.Ordinal);
        Assert.Contains("pass simulated.lab_keys", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejected_evidence_is_status_1_and_names_the_rule()
    {
        var (code, output) = await RunAsync(Policy(), "--evidence", Evidence(2, 7), "--json");
        Assert.Equal(ExitCode.Failed, code);
        using var json = JsonDocument.Parse(output);
        Assert.False(json.RootElement.GetProperty("accepted").GetBoolean());
        var failed = json.RootElement.GetProperty("judged")[0].GetProperty("rules").EnumerateArray().Where(rule => !rule.GetProperty("passes").GetBoolean());
        Assert.Equal(["simulated.measurement"], failed.Select(rule => rule.GetProperty("rule").GetString()));
    }

    [Fact]
    public async Task A_role_that_the_policy_does_not_name_is_status_1() =>
        Assert.Equal(ExitCode.Failed, (await RunAsync(Policy(), "--evidence", Evidence(1, 7), "--role", "coordinator")).Code);

    [Fact]
    public async Task Evidence_that_does_not_verify_is_status_1_with_its_reason()
    {
        var file = Evidence(1, 7);
        var bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        var (code, output) = await RunAsync(Policy(), "--evidence", file);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("FAIL evidence", output, StringComparison.Ordinal);
        Assert.Contains("reason simulated.", output, StringComparison.Ordinal);
        var (unread, text) = await RunAsync(Policy(), "--evidence", Write("empty", []));
        Assert.Equal(ExitCode.Failed, unread);
        Assert.Contains("files that do not make evidence", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_are_judged_together()
    {
        var policy = Policy("quorum: { distinct_chips: true, distinct_operators: true }");
        var (code, output) = await RunAsync(policy, "--member", $"a,party,A,{Evidence(1, 7)}", "--member", $"b,party,B,{Evidence(1, 8)}");
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("quorum: accepted", output, StringComparison.Ordinal);
        (code, output) = await RunAsync(policy, "--member", $"a,party,A,{Evidence(1, 7)}", "--member", $"b,party,A,{Evidence(1, 7)}");
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("FAIL quorum.distinct_chips", output, StringComparison.Ordinal);
        Assert.Contains("FAIL quorum.distinct_operators", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_without_evidence_fails_all()
    {
        var (code, _) = await RunAsync(Policy(), "--member", $"a,party,A,{Evidence(1, 7)}", "--member", $"b,party,B,{Write("none", [1])}");
        Assert.Equal(ExitCode.Failed, code);
    }

    [Fact]
    public async Task Mistakes_are_usage_errors()
    {
        var policy = Policy();
        await Refused("must be NAME,ROLE,OPERATOR,EVIDENCE", policy, "--member", "a,party,A");
        await Refused("is no role", policy, "--member", $"a,node,A,{Evidence(1, 7)}");
        await Refused("use one of them", policy, "--evidence", "x", "--member", "a,party,A,x");
        await Refused("go with --evidence", policy, "--endorsement", "x");
        await Refused("cannot be read", policy, "--evidence", Path.Combine(_folder.FullName, "absent"));
        await Refused("cannot be read", Path.Combine(_folder.FullName, "absent"));
        await Refused("is no time", policy, "--evidence", Evidence(1, 7), "--at", "soon");
        await Refused("policy.yaml:2: 'version' is set a second time", Policy("version: 1"));
    }

    private static async Task Refused(string message, params string[] arguments) =>
        Assert.Contains(message, (await Assert.ThrowsAsync<UsageException>(() => RunAsync(arguments))).Message, StringComparison.Ordinal);

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        var parsed = PolicyCommand.Create().Parse(["check", .. arguments]);
        Assert.Empty(parsed.Errors);
        return (await parsed.InvokeAsync(new InvocationConfiguration { Output = output, EnableDefaultExceptionHandler = false }), output.ToString());
    }

    private string Policy(string more = "")
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(_key.ExportSubjectPublicKeyInfo()));
        var measurement = Convert.ToHexStringLower(Enumerable.Repeat((byte)1, 48).ToArray());
        return Write("policy.yaml", System.Text.Encoding.ASCII.GetBytes($$"""
            {{more}}
            version: 1
            profile: lab
            roles: { party: [simulated] }
            simulated:
              measurements: { party: [{ measurement: {{measurement}} }] }
              lab_keys: [{{key}}]
            """));
    }

    private string Evidence(byte measurement, byte chip) => Write(
        $"evidence-{Guid.NewGuid():n}",
        SimulatedStatement.Create(_key, new byte[64], Enumerable.Repeat(measurement, 48).ToArray(), Enumerable.Repeat(chip, 32).ToArray()));

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
