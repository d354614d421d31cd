using System.Text.Json;

namespace Mimir.Trust.Attestation.Tdx;

/// <summary>One judgement out of Intel's collateral: a status, since when it is known, and the advisories behind it.</summary>
/// <param name="Status">The judgement.</param>
/// <param name="Date">tcbDate: the level has what was known up to here.</param>
/// <param name="Advisories">For example INTEL-SA-00837.</param>
public sealed record TcbJudgement(TcbStatus Status, DateTimeOffset Date, IReadOnlyList<string> Advisories)
{
    internal static TcbJudgement Parse(JsonElement level) => new(level.Status(), level.Instant("tcbDate"), level.OptionalTexts("advisoryIDs"));
}

/// <summary>
/// TDX TCB info, version 3: what Intel says of every state of one platform type (FMSPC).
/// Source: Intel PCS API v4, "Get TDX TCB Info".
/// </summary>
internal sealed class TcbInfo
{
    private readonly List<TcbLevel> _levels;
    private readonly Dictionary<string, ModuleIdentity> _modules = new(StringComparer.Ordinal);
    private readonly ModuleIdentity _module;

    /// <summary>Reads <paramref name="json"/>, whose signature is checked elsewhere.</summary>
    /// <exception cref="RefusedException">Not TDX TCB info of version 3.</exception>
    public TcbInfo(SignedJson json)
    {
        Json = json;
        var root = json.Root;
        if (root.Text("id") != "TDX" || root.Number("version", 99) != 3 || root.Number("tcbType", 99) != 0)
            throw TdxCollateral.Malformed("The TCB info is not one for TDX of version 3.");
        Issued = root.Instant("issueDate");
        NextUpdate = root.Instant("nextUpdate");
        Fmspc = root.Hex("fmspc", 6);
        PceId = root.Hex("pceId", 2);
        EvaluationDataNumber = root.Number("tcbEvaluationDataNumber", int.MaxValue);
        _module = new ModuleIdentity(root.Object("tdxModule"), hasLevels: false);
        if (root.TryGetProperty("tdxModuleIdentities", out _))
            foreach (var identity in root.Objects("tdxModuleIdentities"))
                if (!_modules.TryAdd(identity.Text("id"), new ModuleIdentity(identity, hasLevels: true)))
                    throw TdxCollateral.Malformed("The TCB info names a TDX module twice.");
        _levels = [.. root.Objects("tcbLevels").Select(level => new TcbLevel(level))];
    }

    /// <summary>The signed text.</summary>
    public SignedJson Json { get; }

    /// <summary>Valid from here.</summary>
    public DateTimeOffset Issued { get; }

    /// <summary>Valid up to here.</summary>
    public DateTimeOffset NextUpdate { get; }

    /// <summary>The platform type, 6 bytes.</summary>
    public byte[] Fmspc { get; }

    /// <summary>The provisioning certification enclave's number, 2 bytes.</summary>
    public byte[] PceId { get; }

    /// <summary>Grows with each evaluation (TCB recovery) of Intel's.</summary>
    public int EvaluationDataNumber { get; }

    /// <summary>The first level that <paramref name="pck"/> and <paramref name="report"/> reach; null when there is none.</summary>
    public TcbJudgement? Platform(PckExtension pck, TdReport report) =>
        _levels.FirstOrDefault(level => level.IsReachedBy(pck, report.TeeTcbSvn.Span))?.Judgement;

    /// <summary>
    /// What holds for the TDX module of <paramref name="report"/>: the identity TDX_%02X of tee_tcb_svn[1] when that is above 0; else the general
    /// identity, which has no levels and gives null.
    /// </summary>
    /// <exception cref="RefusedException">No identity for this module, another signer or attributes, or no level that it reaches.</exception>
    public TcbJudgement? Module(TdReport report)
    {
        var (minor, major) = (report.TeeTcbSvn.Span[0], report.TeeTcbSvn.Span[1]);
        var id = ModuleId(major);
        var identity = major == 0 ? _module : _modules.GetValueOrDefault(id) ?? throw new RefusedException(TdxRefusals.Module, $"The TCB info has no TDX module {id}.");
        identity.RequireMatch(report);
        if (major == 0) return null;
        return identity.Level(minor) ?? throw new RefusedException(TdxRefusals.TcbUnsupported, $"No level of TDX module {id} covers version {minor}.");
    }

    /// <summary>The name of module version <paramref name="major"/> in TCB info: TDX_%02X.</summary>
    public static string ModuleId(byte major) => $"TDX_{major:X2}";
}
