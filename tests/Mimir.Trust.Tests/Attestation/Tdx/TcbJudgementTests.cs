using System.Text;
using Mimir.Trust.Attestation;
using Mimir.Trust.Attestation.Tdx;

namespace Mimir.Trust.Tests.Attestation.Tdx;

/// <summary>How levels are matched and statuses merged, on TCB info made here (unsigned: what is signed is checked elsewhere).</summary>
public sealed class TcbJudgementTests
{
    private static readonly string Zero48 = new('0', 96);

    [Theory]
    [InlineData(TcbStatus.UpToDate, TcbStatus.UpToDate, TcbStatus.UpToDate)]
    [InlineData(TcbStatus.UpToDate, TcbStatus.SWHardeningNeeded, TcbStatus.SWHardeningNeeded)]
    [InlineData(TcbStatus.ConfigurationNeeded, TcbStatus.SWHardeningNeeded, TcbStatus.ConfigurationAndSWHardeningNeeded)]
    [InlineData(TcbStatus.SWHardeningNeeded, TcbStatus.OutOfDate, TcbStatus.OutOfDate)]
    [InlineData(TcbStatus.ConfigurationNeeded, TcbStatus.OutOfDate, TcbStatus.OutOfDateConfigurationNeeded)]
    [InlineData(TcbStatus.ConfigurationAndSWHardeningNeeded, TcbStatus.OutOfDate, TcbStatus.OutOfDateConfigurationNeeded)]
    [InlineData(TcbStatus.OutOfDateConfigurationNeeded, TcbStatus.Revoked, TcbStatus.Revoked)]
    [InlineData(TcbStatus.UpToDate, TcbStatus.Revoked, TcbStatus.Revoked)]
    public void Statuses_merge_as_the_worst(TcbStatus one, TcbStatus other, TcbStatus worst)
    {
        Assert.Equal(worst, one.WorstWith(other));
        Assert.Equal(worst, other.WorstWith(one));
        var date = DateTimeOffset.UnixEpoch;
        var tcb = new TdxTcb
        {
            Platform = new TcbJudgement(one, date.AddDays(2), ["B", "A"]),
            Module = new TcbJudgement(TcbStatus.UpToDate, date.AddDays(1), ["A"]),
            QuotingEnclave = new TcbJudgement(other, date.AddDays(3), ["C"]),
            IsSupported = true,
            EvaluationDataNumber = 17,
        };
        Assert.Equal(worst, tcb.Status);
        Assert.Equal(worst.ToString(), tcb.StatusName);
        Assert.Equal(["A", "B", "C"], tcb.Advisories);
        Assert.Equal(date.AddDays(1), tcb.Date);
        Assert.Equal(TcbStatuses.Unsupported, (tcb with { IsSupported = false }).StatusName);
    }

    [Fact]
    public void Every_name_is_read_and_numbers_are_not()
    {
        foreach (var name in TcbStatuses.Names)
        {
            Assert.True(TcbStatuses.TryParse(name, out var status));
            Assert.Equal(name, status.ToString());
        }

        Assert.Equal(7, TcbStatuses.Names.Count);
        foreach (var no in (string[])["", "0", "uptodate", "UpToDate,Revoked", "UNSUPPORTED"]) Assert.False(TcbStatuses.TryParse(no, out _));
    }

    [Fact]
    public void The_first_level_that_is_reached_counts()
    {
        var info = Info(Level([2, 2], [0, 0, 3], 11, "UpToDate"), Level([1, 1], [0, 0, 2], 5, "OutOfDate"));
        Assert.Equal(TcbStatus.UpToDate, info.Platform(Pck(2, 2, 11), Report(0, 0, 3))!.Status);
        Assert.Equal(TcbStatus.OutOfDate, info.Platform(Pck(2, 2, 10), Report(0, 0, 3))!.Status);
        Assert.Equal(TcbStatus.OutOfDate, info.Platform(Pck(2, 1, 11), Report(0, 0, 3))!.Status);
        Assert.Equal(TcbStatus.OutOfDate, info.Platform(Pck(2, 2, 11), Report(0, 0, 2))!.Status);
        Assert.Null(info.Platform(Pck(0, 9, 99), Report(0, 0, 9)));
        Assert.Null(info.Platform(Pck(9, 9, 4), Report(0, 0, 9)));
        Assert.Null(info.Platform(Pck(9, 9, 99), Report(0, 0, 1)));
    }

    [Fact]
    public void The_modules_own_components_count_only_without_a_module_identity()
    {
        var info = Info(Level([0], [5, 0, 2], 0, "UpToDate"));
        Assert.Null(info.Platform(Pck(0, 0, 0), Report(4, 0, 2)));
        Assert.NotNull(info.Platform(Pck(0, 0, 0), Report(5, 0, 2)));
        Assert.NotNull(info.Platform(Pck(0, 0, 0), Report(4, 1, 2)));
        Assert.Null(info.Platform(Pck(0, 0, 0), Report(4, 1, 1)));
    }

    [Fact]
    public void The_module_is_judged_by_its_version()
    {
        var info = Info(Level([0], [0], 0, "UpToDate"));
        Assert.Null(info.Module(Report(0, 0, 0)));
        Assert.Equal(TcbStatus.UpToDate, info.Module(Report(4, 1, 0))!.Status);
        Assert.Equal(TcbStatus.OutOfDate, info.Module(Report(3, 1, 0))!.Status);
        Assert.Equal(TdxRefusals.TcbUnsupported, Assert.Throws<RefusedException>(() => info.Module(Report(1, 1, 0))).Code);
        Assert.Equal(TdxRefusals.Module, Assert.Throws<RefusedException>(() => info.Module(Report(9, 2, 0))).Code);
        Assert.Equal(TdxRefusals.Module, Assert.Throws<RefusedException>(() => info.Module(Report(4, 1, 0, signer: 1))).Code);
        Assert.Equal(TdxRefusals.Module, Assert.Throws<RefusedException>(() => info.Module(Report(4, 0, 0, attributes: 1))).Code);
        Assert.Equal("TDX_0A", TcbInfo.ModuleId(10));
    }

    [Theory]
    [InlineData(4, 4, "UpToDate", null)]
    [InlineData(4, 3, "OutOfDate", null)]
    [InlineData(3, 4, "OutOfDate", null)]
    [InlineData(4, 1, "UNSUPPORTED", TdxRefusals.TcbUnsupported)]
    [InlineData(1, 4, "UNSUPPORTED", TdxRefusals.TcbUnsupported)]
    public void Platform_module_and_enclave_are_judged_together(byte module, byte enclave, string status, string? refusal)
    {
        var (tcb, codes) = Judge("UpToDate", pceSvn: 11, module, enclave);
        Assert.Equal(status, tcb.StatusName);
        Assert.Equal(refusal is null ? [] : [refusal], codes);
        Assert.Equal(17, tcb.EvaluationDataNumber);
    }

    [Fact]
    public void Revoked_and_uncovered_platforms_are_refused()
    {
        var (tcb, codes) = Judge("Revoked", pceSvn: 11, module: 4, enclave: 4);
        Assert.Equal("Revoked", tcb.StatusName);
        Assert.Equal([TdxRefusals.TcbRevoked], codes);
        (tcb, codes) = Judge("UpToDate", pceSvn: 10, module: 4, enclave: 4);
        Assert.Equal(TcbStatuses.Unsupported, tcb.StatusName);
        Assert.Equal([TdxRefusals.TcbUnsupported], codes);
    }

    private static (TdxTcb Tcb, string[] Codes) Judge(string status, int pceSvn, byte module, byte enclave)
    {
        var findings = new Findings();
        var info = Info(Level([0], [0], 11, status));
        var tcb = CollateralJudge.Judge(info, QeIdentityTests.Identity(), Report(module, 1, 0), QeIdentityTests.Report(b => b[0x102] = enclave), Pck(0, 0, pceSvn), findings);
        return (tcb, [.. findings.Reasons.Select(r => r.Code)]);
    }

    private static TcbInfo Info(params string[] levels) => new(new SignedJson(Encoding.UTF8.GetBytes($$"""
        {"id":"TDX","version":3,"issueDate":"2025-06-19T10:16:03Z","nextUpdate":"2025-07-19T10:16:03Z","fmspc":"B0C06F000000","pceId":"0000","tcbType":0,
        "tcbEvaluationDataNumber":17,"tdxModule":{"mrsigner":"{{Zero48}}","attributes":"0000000000000000","attributesMask":"FFFFFFFFFFFFFFFF"},
        "tdxModuleIdentities":[{"id":"TDX_01","mrsigner":"{{Zero48}}","attributes":"0000000000000000","attributesMask":"FFFFFFFFFFFFFFFF","tcbLevels":[
        {"tcb":{"isvsvn":4},"tcbDate":"2024-03-13T00:00:00Z","tcbStatus":"UpToDate"},{"tcb":{"isvsvn":2},"tcbDate":"2023-08-09T00:00:00Z","tcbStatus":"OutOfDate"}]}],
        "tcbLevels":[{{string.Join(",", levels)}}]}
        """), new byte[64]));

    private static string Level(int[] sgx, int[] tdx, int pceSvn, string status) =>
        $$$"""{"tcb":{"sgxtcbcomponents":[{{{Components(sgx)}}}],"pcesvn":{{{pceSvn}}},"tdxtcbcomponents":[{{{Components(tdx)}}}]},"tcbDate":"2024-03-13T00:00:00Z","tcbStatus":"{{{status}}}"}""";

    private static string Components(int[] first) => string.Join(",", Enumerable.Range(0, 16).Select(i => $"{{\"svn\":{(i < first.Length ? first[i] : 0)}}}"));

    private static PckExtension Pck(byte first, byte second, int pceSvn) =>
        PckExtension.Parse(PckExtensions.Encode([first, second, .. new byte[14]], pceSvn, new byte[2], new byte[6]));

    private static TdReport Report(byte minor, byte major, byte microcode, byte signer = 0, byte attributes = 0)
    {
        var bytes = new byte[TdReport.Length10];
        (bytes[0], bytes[1], bytes[2], bytes[0x40], bytes[0x70]) = (minor, major, microcode, signer, attributes);
        return new TdReport(bytes);
    }
}
