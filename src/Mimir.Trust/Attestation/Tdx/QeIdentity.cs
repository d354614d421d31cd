using System.Text.Json;

namespace Mimir.Trust.Attestation.Tdx;

/// <summary>Which quoting enclave Intel vouches for. Source: Intel PCS API v4, "Get TD QE Identity" (version 2).</summary>
internal sealed class QeIdentity
{
    private readonly byte[] _miscSelect, _miscSelectMask, _attributes, _attributesMask, _mrSigner;
    private readonly int _isvProdId;
    private readonly List<(int IsvSvn, TcbJudgement Judgement)> _levels;

    /// <summary>Reads <paramref name="json"/>, whose signature is checked elsewhere.</summary>
    /// <exception cref="RefusedException">Not the identity of the TD quoting enclave of version 2.</exception>
    public QeIdentity(SignedJson json)
    {
        Json = json;
        var root = json.Root;
        if (root.Text("id") != "TD_QE" || root.Number("version", 99) != 2)
            throw TdxCollateral.Malformed("The QE identity is not one of the TD quoting enclave of version 2.");
        Issued = root.Instant("issueDate");
        NextUpdate = root.Instant("nextUpdate");
        EvaluationDataNumber = root.Number("tcbEvaluationDataNumber", int.MaxValue);
        _miscSelect = root.Hex("miscselect", 4);
        _miscSelectMask = root.Hex("miscselectMask", 4);
        _attributes = root.Hex("attributes", 16);
        _attributesMask = root.Hex("attributesMask", 16);
        _mrSigner = root.Hex("mrsigner", 32);
        _isvProdId = root.Number("isvprodid", ushort.MaxValue);
        _levels = EnclaveLevels.Parse(root);
    }

    /// <summary>The signed text.</summary>
    public SignedJson Json { get; }

    /// <summary>Valid from here.</summary>
    public DateTimeOffset Issued { get; }

    /// <summary>Valid up to here.</summary>
    public DateTimeOffset NextUpdate { get; }

    /// <summary>Grows with each evaluation (TCB recovery) of Intel's.</summary>
    public int EvaluationDataNumber { get; }

    /// <summary>The judgement of the enclave that made <paramref name="report"/>.</summary>
    /// <exception cref="RefusedException">Another enclave, or a version that no level covers.</exception>
    public TcbJudgement Judge(QeReport report)
    {
        if (!report.MrSigner.Span.SequenceEqual(_mrSigner)) throw Other("signer");
        if (report.IsvProdId != _isvProdId) throw Other("product number");
        if (!Masked.Equal(Reversed(report.MiscSelect), _miscSelect, _miscSelectMask)) throw Other("miscselect");
        if (!Masked.Equal(report.Attributes.Span, _attributes, _attributesMask)) throw Other("attributes");
        return EnclaveLevels.First(_levels, report.IsvSvn)
            ?? throw new RefusedException(TdxRefusals.TcbUnsupported, $"No level of the quoting enclave covers version {report.IsvSvn}.");
    }

    /// <summary>The report has MISCSELECT little-endian, the JSON writes the number.</summary>
    private static byte[] Reversed(ReadOnlyMemory<byte> value)
    {
        var bytes = value.ToArray();
        Array.Reverse(bytes);
        return bytes;
    }

    private static RefusedException Other(string field) => new(TdxRefusals.QeIdentity, $"The quoting enclave has another {field} than Intel's.");
}
