using Mimir.Models.Files;
using Mimir.Models.Store;
using Mimir.Models.Tests.TestModels;

namespace Mimir.Models.Tests.Store;

public sealed class ModelStoreTests : IDisposable
{
    private readonly TemporaryDirectory _root = new(), _source = new();
    private readonly ModelStore _store;

    public ModelStoreTests()
    {
        _store = new ModelStore(Path.Combine(_root.Path, "models"));
        TinyModel.Save(_source);
    }

    public void Dispose()
    {
        _root.Dispose();
        _source.Dispose();
    }

    [Theory]
    [InlineData("org/name", "org/name")]
    [InlineData("Qwen/Qwen2.5-0.5B_x", "Qwen/Qwen2.5-0.5B_x")]
    [InlineData("name", "local/name")]
    public void Names_are_paths_below_the_store(string text, string expected) => Assert.Equal(expected, ModelName.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/..")]
    [InlineData("../a")]
    [InlineData("/a")]
    [InlineData("a/b/c")]
    [InlineData("a/")]
    [InlineData(".hidden/a")]
    [InlineData("a/b..c")]
    [InlineData("a\\b")]
    [InlineData("é/a")]
    public void Other_texts_are_none(string text)
    {
        Assert.Null(ModelName.Find(text));
        Assert.Throws<ArgumentException>(() => ModelName.Parse(text));
        Assert.Null(_store.Find(text));
    }

    [Fact]
    public void The_user_chooses_where()
    {
        Assert.Equal("/m", ModelStore.OfUser(v => v == "MIMIR_MODELS" ? "/m" : "/x").Root);
        Assert.Equal("/x/mimir/models", ModelStore.OfUser(v => v == "XDG_DATA_HOME" ? "/x" : null).Root);
        Assert.EndsWith("/mimir/models", ModelStore.OfUser(_ => null).Root, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_is_imported_listed_opened_checked_and_removed()
    {
        _source.Write("pytorch_model.bin", "pickle");
        _source.Write("README.md", "text");
        var told = new List<Transfer>();
        var manifest = await new ModelImport(_store).RunAsync(_source.Path, ModelName.Parse("org/tiny"), false, new Told(told), CancellationToken.None);
        Assert.Equal(["config.json", "model.safetensors", "tokenizer.json"], manifest.Files.Select(f => f.Name));
        Assert.Equal("org/tiny", manifest.Name);
        Assert.Contains(told, t => t.What == "files" && t.Done == t.Total && t.Total == manifest.Bytes);
        var listed = Assert.Single(_store.List());
        Assert.Equal((manifest.Sha256, manifest.Parameters, manifest.Bytes), (listed.Sha256, listed.Parameters, listed.Bytes));
        var path = _store.Find("org/tiny")!;
        using (var model = ModelDirectory.Open(path)) Assert.Equal(manifest.Parameters, model.Weights.Layout.Parameters);
        Assert.Empty(await listed.ChangedAsync(path, null, CancellationToken.None));
        var weights = File.ReadAllBytes(Path.Combine(path, "model.safetensors"));
        weights[^1] ^= 1;
        File.WriteAllBytes(Path.Combine(path, "model.safetensors"), weights);
        Assert.Equal(["model.safetensors"], await listed.ChangedAsync(path, null, CancellationToken.None));
        Assert.True(_store.Remove(ModelName.Parse("org/tiny")));
        Assert.False(_store.Remove(ModelName.Parse("org/tiny")));
        Assert.Empty(_store.List());
        RequireNothingLeft();
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused_unless_replaced()
    {
        var import = new ModelImport(_store);
        var first = await import.RunAsync(_source.Path, ModelName.Parse("a"), false, null, CancellationToken.None);
        await Assert.ThrowsAsync<ArgumentException>(() => import.RunAsync(_source.Path, ModelName.Parse("local/a"), false, null, CancellationToken.None));
        TinyModel.Save(_source, seed: 2);
        var second = await import.RunAsync(_source.Path, ModelName.Parse("a"), true, null, CancellationToken.None);
        Assert.NotEqual(first.Sha256, second.Sha256);
        Assert.Equal(second.Sha256, Assert.Single(_store.List()).Sha256);
        RequireNothingLeft();
    }

    [Fact]
    public async Task What_Mimir_does_not_run_leaves_nothing_behind()
    {
        _source.Write("config.json", """{"architectures":["MambaForCausalLM"]}""");
        var e = await Assert.ThrowsAsync<ModelFormatException>(() => new ModelImport(_store).RunAsync(_source.Path, ModelName.Parse("a"), false, null, CancellationToken.None));
        Assert.Contains("MambaForCausalLM", e.Message, StringComparison.Ordinal);
        Assert.Null(_store.Find("a"));
        RequireNothingLeft();
    }

    [Fact]
    public async Task Without_room_nothing_is_written()
    {
        var e = await Assert.ThrowsAsync<ModelStoreException>(() => new ModelImport(_store, _ => 1000).RunAsync(_source.Path, ModelName.Parse("a"), false, null, CancellationToken.None));
        Assert.Contains("MB are needed", e.Message, StringComparison.Ordinal);
        RequireNothingLeft();
    }

    [Fact]
    public async Task A_cancelled_import_leaves_nothing_behind()
    {
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new ModelImport(_store).RunAsync(_source.Path, ModelName.Parse("a"), false, new Told(t => stop.Cancel()), stop.Token));
        Assert.Null(_store.Find("a"));
        RequireNothingLeft();
    }

    [Fact]
    public async Task A_gguf_file_becomes_a_model()
    {
        WideLlama.Save(_source);
        var (bytes, _) = GgufTestModel.FromLlama(_source.Path, Piece.Bytes("a", "b", "\u2581"), "F32");
        var path = _source.Write("a.gguf", bytes);
        var manifest = await new ModelImport(_store).RunAsync(path, ModelName.Parse("org/g"), false, null, CancellationToken.None);
        Assert.Equal("GGUF file a.gguf (F32)", manifest.Source);
        Assert.Equal("Llama", manifest.Architecture);
        using var model = ModelDirectory.Open(_store.Find("org/g")!);
        Assert.Equal("ab", model.Tokenizer.Decode(model.Tokenizer.Encode("ab")));
    }

    [Fact]
    public async Task Two_processes_do_not_store_the_same_model_at_once()
    {
        Directory.CreateDirectory(Path.Combine(_store.Root, ".staging"));
        using var held = new FileStream(Path.Combine(_store.Root, ".staging", "local+a.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        var e = await Assert.ThrowsAsync<ModelStoreException>(() => new ModelImport(_store).RunAsync(_source.Path, ModelName.Parse("a"), false, null, CancellationToken.None));
        Assert.Contains("another process", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_that_names_files_elsewhere_is_refused()
    {
        await new ModelImport(_store).RunAsync(_source.Path, ModelName.Parse("a"), false, null, CancellationToken.None);
        var path = Path.Combine(_store.Find("a")!, ModelManifest.FileName);
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"config.json\"", "\"../../x\"", StringComparison.Ordinal));
        Assert.Throws<ModelFormatException>(() => _store.List());
    }

    private void RequireNothingLeft()
    {
        var left = Directory.Exists(_store.Root) ? Directory.EnumerateFileSystemEntries(_store.Root, "*", SearchOption.AllDirectories).Where(p => !p.EndsWith(".lock", StringComparison.Ordinal)) : [];
        Assert.All(left, p => Assert.True(p.EndsWith(".staging", StringComparison.Ordinal) || p.Contains("/local", StringComparison.Ordinal), p));
        Assert.True(!Directory.Exists(Path.Combine(_store.Root, ".staging")) || Directory.EnumerateDirectories(Path.Combine(_store.Root, ".staging")).FirstOrDefault() is null);
    }

    private sealed class Told(Action<Transfer> hear) : IProgress<Transfer>
    {
        public Told(List<Transfer> all)
            : this(all.Add)
        {
        }

        public void Report(Transfer value) => hear(value);
    }
}
