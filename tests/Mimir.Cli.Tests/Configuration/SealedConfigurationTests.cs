using Mimir.Cli.Configuration;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.SealedFiles;

namespace Mimir.Cli.Tests.Configuration;

/// <summary>A sealed configuration opens with the key that the environment's release gives, as itself only.</summary>
public sealed class SealedConfigurationTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mimir-config-").FullName;
    private readonly DataKey _key = DataKey.Generate("config");

    public SealedConfigurationTests() => DataKeyFile.Save(At("config.key"), _key);

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void It_is_read_like_a_plain_one_and_the_environment_wins()
    {
        Seal("node.yaml", "cheby:\n  deg: 3\nfixed_point:\n  scale_bits: 13\n", _key);
        Assert.Equal(new FixedPointConfig(18, 3), ConfigLoader.Load(At("node.yaml.sealed"), [.. Release, new("MIMIR__FIXED_POINT__SCALE_BITS", "18")]).FixedPoint);
    }

    [Fact]
    public void Without_a_release_with_another_key_or_under_another_name_it_is_refused()
    {
        Seal("node.yaml", "cheby:\n  deg: 3\n", _key);
        Assert.Contains("MIMIR__KEYS__RELEASE", Assert.Throws<ConfigurationException>(() => ConfigLoader.Load(At("node.yaml.sealed"), [])).Message, StringComparison.Ordinal);
        File.Copy(At("node.yaml.sealed"), At("other.yaml.sealed"));
        Assert.Equal(SealRefusal.WrongLabel, Assert.Throws<SealedFileException>(() => ConfigLoader.Load(At("other.yaml.sealed"), Release)).Refusal);
        using var another = DataKey.Generate("config");
        Seal("node.yaml", "cheby:\n  deg: 3\n", another);
        Assert.Equal(SealRefusal.WrongKey, Assert.Throws<SealedFileException>(() => ConfigLoader.Load(At("node.yaml.sealed"), Release)).Refusal);
    }

    [Fact]
    public void An_old_copy_is_refused_where_versions_are_remembered_and_errors_name_file_and_line()
    {
        KeyValuePair<string, string>[] counted = [.. Release, new("MIMIR__SEALING__COUNTER", "file"), new("MIMIR__SEALING__MARKS", At("marks"))];
        Seal("node.yaml", "cheby:\n  deg: 3\n", _key, version: 2);
        ConfigLoader.Load(At("node.yaml.sealed"), counted);
        Seal("node.yaml", "cheby:\n  deg: 4\n", _key, version: 1);
        Assert.Equal(SealRefusal.RolledBack, Assert.Throws<SealedFileException>(() => ConfigLoader.Load(At("node.yaml.sealed"), counted)).Refusal);
        Seal("node.yaml", "cheby:\n  degree: 4\n", _key);
        Assert.Contains("node.yaml.sealed:2: ", Assert.Throws<ConfigurationException>(() => ConfigLoader.Load(At("node.yaml.sealed"), Release)).Message, StringComparison.Ordinal);
    }

    private KeyValuePair<string, string>[] Release => [new("MIMIR__KEYS__RELEASE", "local"), new("MIMIR__KEYS__FOLDER", _directory)];

    private string At(string name) => Path.Combine(_directory, name);

    private void Seal(string label, string text, DataKey key, ulong version = 1)
    {
        using var content = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
        SealedFile.Seal(content, At(label + ".sealed"), key, new SealTerms(label) { Counter = version });
    }
}
