using Mimir.Cli.Configuration;

namespace Mimir.Cli.Tests.Configuration;

/// <summary>The block of keys holds exactly what its kind needs.</summary>
public sealed class KeysConfigTests
{
    [Fact]
    public void Each_kind_is_read()
    {
        Assert.Null(Read());
        Assert.Equal(new KeysConfig.Local("/k"), Read("release=local", "folder=/k"));
        Assert.Equal(new KeysConfig.AwsKms("/k", "eu-central-1", null), Read("release=aws-kms", "folder=/k", "aws_region=eu-central-1"));
        Assert.Equal(
            new KeysConfig.OciVault("/k", "https://v.example", "ocid1.key.oc1..k", "t/u/aa:bb", "/s.pem"),
            Read("release=oci-vault", "folder=/k", "oci_endpoint=https://v.example", "oci_key=ocid1.key.oc1..k", "oci_signer=t/u/aa:bb", "oci_signing_key=/s.pem"));
        Assert.Equal(
            new KeysConfig.Pkcs11("/k", "/l.so", "my token", "wrap", "sha1"),
            Read("release=pkcs11", "folder=/k", "token_library=/l.so", "token=my token", "token_key=wrap", "token_hash=sha1"));
        var threshold = Assert.IsType<KeysConfig.Threshold>(Read("release=threshold", "deal=/d", "holders=org-1@10.0.0.1:7300, org-2@h.example:7301"));
        Assert.Equal([("org-1", "10.0.0.1:7300"), ("org-2", "h.example:7301")], threshold.Holders);
    }

    [Theory]
    [InlineData("keys.release: local needs keys.folder", "release=local")]
    [InlineData("keys.release: aws-kms needs keys.aws_region", "release=aws-kms", "folder=/k")]
    [InlineData("keys.release: threshold needs keys.holders", "release=threshold", "deal=/d")]
    [InlineData("keys.deal does not belong to keys.release: local", "release=local", "folder=/k", "deal=/d")]
    [InlineData("keys.folder does not belong to keys.release: unset", "folder=/k")]
    [InlineData("keys.release must be local or aws-kms or", "release=kms")]
    [InlineData("keys.aws_endpoint must be an https address", "release=aws-kms", "aws_endpoint=http://kms.example")]
    [InlineData("keys.holders must be different names", "release=threshold", "holders=org-1@10.0.0.1:1,org-1@10.0.0.2:1")]
    [InlineData("keys.holders must be different names", "release=threshold", "holders=10.0.0.1:7300")]
    [InlineData("keys.holders must be different names", "release=threshold", "holders=org-1@10.0.0.1")]
    public void What_is_missing_or_does_not_belong_is_refused(string message, params string[] settings) =>
        Assert.Contains(message, Assert.Throws<ConfigurationException>(() => Read(settings)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("sealing.counter=file")]
    [InlineData("sealing.marks=/m")]
    [InlineData("sealing.counter=tpm", "sealing.marks=/m")]
    public void Marks_and_the_file_counter_go_together(params string[] settings) =>
        Assert.Contains("go together", Assert.Throws<ConfigurationException>(() => Load(settings)).Message, StringComparison.Ordinal);

    private static KeysConfig? Read(params string[] settings) => Load([.. settings.Select(s => "keys." + s)]).Keys;

    private static MimirConfig Load(string[] settings) => ConfigLoader.Build([.. settings.Select(s => s.Split('=', 2)).Select(p => new Setting(p[0], p[1], "f:1"))]);
}
